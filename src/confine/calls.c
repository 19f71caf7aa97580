/* SPDX-License-Identifier: ISC */
/*
 * Two lists: see calls.h. A number stands here because something of ours, or the C library for it, makes that call
 * while a console is attached or looked for again. The order counts: kernels that do not remember verdicts (before
 * 5.11) walk the list.
 *
 * NEVER on the first list: what starts a program, makes or connects a socket, traces another process, maps new code,
 * changes who we are, mounts, or loads. What opens files is on it: which ones is for Landlock to say (paths.h), since a
 * filter cannot read a name.
 */
#include "confine/calls.h"

#ifdef __linux__
#include <sys/syscall.h>

#include "confine/sanitized.h"

static const uint32_t allowed[] = {
    /* Moving bytes. */
    SYS_read,
    SYS_write,
    SYS_readv,
    SYS_writev,
#ifdef SYS_poll
    SYS_poll,
#endif
    SYS_ppoll,
#ifdef SYS_ppoll_time64
    SYS_ppoll_time64,
#endif
#ifdef SYS_recvfrom
    SYS_recvfrom,
    SYS_sendto,
    SYS_recvmsg,
    SYS_sendmsg,
#endif
#ifdef SYS_recv
    SYS_recv,
    SYS_send,
#endif
    SYS_pread64,
    SYS_pwrite64,
    SYS_sendfile,
#ifdef SYS_sendfile64
    SYS_sendfile64,
#endif
    SYS_splice,
    SYS_lseek,
#ifdef SYS__llseek
    SYS__llseek,
#endif
#ifdef SYS_select
    SYS_select,
#endif
#ifdef SYS__newselect
    SYS__newselect,
#endif
    SYS_pselect6,
#ifdef SYS_pselect6_time64
    SYS_pselect6_time64,
#endif
/* Time, memory, chance. Of those that 32 bits made new ones of, musl calls the old ones otherwise. */
#ifdef SYS_clock_gettime
    SYS_clock_gettime,
#endif
#ifdef SYS_clock_gettime32
    SYS_clock_gettime32,
#endif
#ifdef SYS_clock_getres
    SYS_clock_getres,
#endif
#ifdef SYS_clock_getres_time32
    SYS_clock_getres_time32,
#endif
#ifdef SYS_gettimeofday
    SYS_gettimeofday,
#endif
#ifdef SYS_gettimeofday_time32
    SYS_gettimeofday_time32,
#endif
    SYS_nanosleep,
#ifdef SYS_clock_nanosleep
    SYS_clock_nanosleep,
#endif
#ifdef SYS_clock_nanosleep_time32
    SYS_clock_nanosleep_time32,
#endif
#ifdef SYS_time
    SYS_time,
#endif
#ifdef SYS_clock_gettime64
    SYS_clock_gettime64,
    SYS_clock_nanosleep_time64,
    SYS_clock_getres_time64,
#endif
    SYS_brk,
    SYS_munmap,
    SYS_mremap,
    SYS_madvise,
    SYS_mlock,
    SYS_munlock,
    SYS_getrandom,
    /* Signals and turns of the process. */
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_rt_sigpending,
    SYS_rt_sigsuspend,
    SYS_sigaltstack,
#ifdef SYS_sigreturn
    SYS_sigreturn,
#endif
#ifdef SYS_sigaction
    SYS_sigaction,
    SYS_sigprocmask,
#endif
    SYS_setitimer,
    SYS_getitimer,
    SYS_restart_syscall,
    SYS_futex,
    SYS_sched_yield,
    SYS_set_robust_list,
    SYS_set_tid_address,
#ifdef SYS_futex_time64
    SYS_futex_time64,
#endif
#ifdef SYS_rseq
    SYS_rseq,
#endif
    SYS_exit,
    SYS_exit_group,
    SYS_kill,
    SYS_tkill,
    SYS_tgkill,
    SYS_wait4,
    SYS_waitid,
#ifdef SYS_waitpid
    SYS_waitpid,
#endif
#ifdef SYS_fork
    SYS_fork,
#endif
    SYS_getpid,
    SYS_getppid,
    SYS_gettid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
#ifdef SYS_getuid32
    SYS_getuid32,
    SYS_geteuid32,
    SYS_getgid32,
    SYS_getegid32,
#endif
    SYS_setpgid,
    SYS_getpgid,
    SYS_setsid,
    SYS_getsid,
#ifdef SYS_getpgrp
    SYS_getpgrp,
#endif
    SYS_uname,
    SYS_sysinfo,
    SYS_sched_getaffinity,
#ifdef SYS_getrlimit
    SYS_getrlimit,
#endif
#ifdef SYS_ugetrlimit
    SYS_ugetrlimit,
#endif
    /* Descriptors that are there already. */
    SYS_close,
    SYS_dup,
    SYS_dup3,
    SYS_pipe2,
    SYS_fcntl,
    SYS_flock,
    SYS_fsync,
    SYS_ftruncate,
    SYS_fstat,
    SYS_statfs,
    SYS_fstatfs,
#ifdef SYS_close_range
    SYS_close_range,
#endif
#ifdef SYS_dup2
    SYS_dup2,
#endif
#ifdef SYS_pipe
    SYS_pipe,
#endif
#ifdef SYS_fcntl64
    SYS_fcntl64,
#endif
#ifdef SYS_fstat64
    SYS_fstat64,
    SYS_ftruncate64,
    SYS_statfs64,
    SYS_fstatfs64,
#endif
#ifdef SYS_shutdown
    SYS_shutdown,
    SYS_getsockopt,
    SYS_setsockopt,
    SYS_getsockname,
    SYS_getpeername,
    SYS_socketpair,
#endif
    /* Names of files: Landlock says which. */
    SYS_openat,
    SYS_readlinkat,
    SYS_faccessat,
    SYS_unlinkat,
    SYS_mkdirat,
    SYS_fchmod,
    SYS_fchown,
    SYS_getdents64,
    SYS_getcwd,
    SYS_umask,
#ifdef SYS_fchown32
    SYS_fchown32,
#endif
#ifdef SYS_renameat
    SYS_renameat,
#endif
#ifdef SYS_renameat2
    SYS_renameat2,
#endif
#ifdef SYS_faccessat2
    SYS_faccessat2,
#endif
#ifdef SYS_statx
    SYS_statx,
#endif
#ifdef SYS_newfstatat
    SYS_newfstatat,
#endif
#ifdef SYS_fstatat64
    SYS_fstatat64,
#endif
#ifdef SYS_stat64
    SYS_stat64,
    SYS_lstat64,
#endif
#ifdef SYS_stat
    SYS_stat,
    SYS_lstat,
#endif
#ifdef SYS_open
    SYS_open,
    SYS_access,
    SYS_readlink,
    SYS_unlink,
    SYS_rename,
    SYS_mkdir,
    SYS_rmdir,
#endif
#if CONFINE_SANITIZED
#ifdef SYS_getdents
    SYS_getdents,
#endif
    SYS_ptrace,
    SYS_prctl,
    SYS_process_vm_readv,
    SYS_prlimit64,
#ifdef SYS_arch_prctl
    SYS_arch_prctl,
#endif
#endif
};

static const uint32_t refused[] = {
#ifdef SYS_socket
    SYS_socket,
    SYS_connect,
    SYS_bind,
    SYS_listen,
#endif
#ifdef SYS_setrlimit
    SYS_setrlimit,
#endif
#ifdef SYS_accept
    SYS_accept,
#endif
#ifdef SYS_accept4
    SYS_accept4,
#endif
#if !CONFINE_SANITIZED
    SYS_ptrace,
    SYS_prctl,
    SYS_process_vm_readv,
    SYS_prlimit64,
#endif
    SYS_process_vm_writev,
    SYS_unshare,
    SYS_setns,
    SYS_mount,
    SYS_chroot,
    SYS_setuid,
    SYS_setgid,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_keyctl,
};

size_t calls_allowed(const uint32_t **ret)
{
	*ret = allowed;
	return sizeof(allowed) / sizeof(allowed[0]);
}

size_t calls_refused(const uint32_t **ret)
{
	*ret = refused;
	return sizeof(refused) / sizeof(refused[0]);
}
#else
size_t calls_allowed(const uint32_t **ret)
{
	*ret = NULL;
	return 0;
}

size_t calls_refused(const uint32_t **ret)
{
	*ret = NULL;
	return 0;
}
#endif
