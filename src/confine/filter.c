/* SPDX-License-Identifier: ISC */
/*
 * The filter: see filter.h. ALWAYS TRUE: it looks at numbers alone, never at what a pointer leads to, which could
 * change behind its back; and each call either has its own few instructions that end in a verdict, or is one of the
 * list: nothing falls through but into the refusal at the end.
 *
 * By hand and not by libseccomp: a list, five calls that are looked at more closely, and no library in every package
 * and in the static file.
 */
#include "confine/filter.h"

#include <errno.h>
#ifdef __linux__
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "confine/calls.h"
#include "confine/sanitized.h"

#if defined(__x86_64__) && !defined(__ILP32__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define MACHINE AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#elif defined(__arm__) && !defined(__ARMEB__)
#define MACHINE AUDIT_ARCH_ARM
#elif defined(__s390x__)
#define MACHINE AUDIT_ARCH_S390X
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define MACHINE AUDIT_ARCH_PPC64LE
#elif defined(__riscv) && __riscv_xlen == 64
#define MACHINE AUDIT_ARCH_RISCV64
#endif

#ifdef MACHINE

/* One call of the list takes two instructions, one of the five at most a dozen. */
#define PROGRAM_MAX 512

/* x32's calls have this bit; they come as x86-64 and are other calls. */
#define X32_BIT 0x40000000U

/* With this an i386 or s390 program calls socket(2) and its family by one number; the first argument says which. */
enum { SOCKETCALL_SOCKET = 1, SOCKETCALL_BIND = 2, SOCKETCALL_CONNECT = 3, SOCKETCALL_LISTEN = 4 };

/* Linux' own name for what reads a console's memory, beside the one that types into a terminal. */
#define IOCTL_TIOCLINUX 0x541C

/* A process may be forked (who logs out is one), a world of its own for it may not be made. */
#define CLONE_WORLDS                                                                   \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
	 CLONE_NEWPID | CLONE_NEWNET)

/* On these the stack comes first. */
#if defined(__s390x__)
#define CLONE_FLAGS 1
#else
#define CLONE_FLAGS 0
#endif

struct program {
	struct sock_filter text[PROGRAM_MAX];
	unsigned short len;
	bool full;
};

static void put(struct program *p, uint16_t code, uint32_t k, uint8_t yes, uint8_t no)
{
	if (p->len == PROGRAM_MAX) {
		p->full = true;
		return;
	}
	p->text[p->len++] = (struct sock_filter){.code = code, .jt = yes, .jf = no, .k = k};
}

static void load(struct program *p, size_t offset)
{
	put(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

/* The half of an argument that an int lies in. */
static void load_argument(struct program *p, size_t i)
{
	size_t offset = offsetof(struct seccomp_data, args) + i * sizeof(uint64_t);

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	offset += sizeof(uint32_t);
#endif
	load(p, offset);
}

static void verdict(struct program *p, uint32_t what)
{
	put(p, BPF_RET | BPF_K, what, 0, 0);
}

static void refuse(struct program *p, int error)
{
	verdict(p, SECCOMP_RET_ERRNO | (uint32_t)error);
}

/* Where the value looked at is `value`: that verdict. */
static void where(struct program *p, uint32_t value, uint32_t what)
{
	put(p, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
	verdict(p, what);
}

/* Where an argument of a call has one of these bits it is refused, else let through. */
static void refuse_bits(struct program *p, uint32_t call, size_t argument, uint32_t bits)
{
	put(p, BPF_JMP | BPF_JEQ | BPF_K, call, 0, 4);
	load_argument(p, argument);
	put(p, BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1);
	refuse(p, EPERM);
	verdict(p, SECCOMP_RET_ALLOW);
}

/* Where an argument of a call is one of these values it is refused, else let through. */
static void refuse_values(struct program *p, uint32_t call, size_t argument, const uint32_t *values,
                          size_t count)
{
	put(p, BPF_JMP | BPF_JEQ | BPF_K, call, 0, (uint8_t)(2 * count + 2));
	load_argument(p, argument);
	for (size_t i = 0; i < count; i++)
		where(p, values[i], SECCOMP_RET_ERRNO | EPERM);
	verdict(p, SECCOMP_RET_ALLOW);
}

/* What is let through, but not whatever it is told. */
static void look_closer(struct program *p)
{
	/* Who may type into its terminal runs programs by the shell that waits there. */
	static const uint32_t typing[] = {TIOCSTI, IOCTL_TIOCLINUX};

	refuse_values(p, SYS_ioctl, 1, typing, sizeof(typing) / sizeof(typing[0]));
	refuse_bits(p, SYS_clone, CLONE_FLAGS, CLONE_WORLDS);
	/* Memory is written or run, and nothing new is run. */
#ifdef SYS_mmap2
	refuse_bits(p, SYS_mmap2, 2, PROT_EXEC);
#else
	refuse_bits(p, SYS_mmap, 2, PROT_EXEC);
#endif
	refuse_bits(p, SYS_mprotect, 2, PROT_EXEC);
#ifdef SYS_socketcall
	static const uint32_t reaching[] = {SOCKETCALL_SOCKET, SOCKETCALL_BIND, SOCKETCALL_CONNECT,
	                                    SOCKETCALL_LISTEN};

	refuse_values(p, SYS_socketcall, 0, reaching, sizeof(reaching) / sizeof(reaching[0]));
#endif
}

static void write_program(struct program *p)
{
	const uint32_t *calls;

	load(p, offsetof(struct seccomp_data, arch));
	put(p, BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0);
	verdict(p, SECCOMP_RET_TRAP);
	load(p, offsetof(struct seccomp_data, nr));
#if defined(__x86_64__)
	put(p, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
	refuse(p, ENOSYS);
#endif
	/* What has no conditions comes first: these are all of a busy console's calls. */
	const size_t count = calls_allowed(&calls);
	for (size_t i = 0; i < count; i++)
		where(p, calls[i], SECCOMP_RET_ALLOW);
	/* A trap and no kill: the process ends by a signal that is caught, so that the terminal is given back. The
	 * call is not made in either case. */
	where(p, SYS_execve, SECCOMP_RET_TRAP);
#ifdef SYS_execveat
	where(p, SYS_execveat, SECCOMP_RET_TRAP);
#endif
	const size_t refused = calls_refused(&calls);
	for (size_t i = 0; i < refused; i++)
		where(p, calls[i], SECCOMP_RET_ERRNO | EPERM);
	/* The accumulator still holds the number: each of these loads an argument only once it is its own call. */
	look_closer(p);
	refuse(p, ENOSYS);
}

int filter_apply(void)
{
	struct program p = {.len = 0};
	struct sock_fprog program = {.filter = p.text};

	write_program(&p);
	if (p.full) {
		errno = E2BIG;
		return -1;
	}
	program.len = p.len;
	/* Without it a filter takes privileges, since it could lead a program astray that has more than we. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

#else
int filter_apply(void)
{
	errno = ENOSYS;
	return -1;
}
#endif
#else
int filter_apply(void)
{
	errno = ENOSYS;
	return -1;
}
#endif
