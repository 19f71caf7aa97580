/* SPDX-License-Identifier: ISC */
/*
 * The program's own image: see image.h. ALWAYS TRUE: only what is exactly as its file has it is let go: segments that were
 * never writable, of objects whose code is not relocated. Anything else would come back without what was changed in it.
 */
#include "os/image.h"

#ifdef __linux__
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Whether the linker wrote into the code, which it does where that was not built to be position independent. */
static bool is_relocated(const struct dl_phdr_info *object)
{
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *const p = &object->dlpi_phdr[i];

		if (p->p_type != PT_DYNAMIC)
			continue;
		const uintptr_t at = object->dlpi_addr + p->p_vaddr;

		for (const ElfW(Dyn) *d = (const ElfW(Dyn) *)at; d->d_tag != DT_NULL; d++) {
			if (d->d_tag == DT_TEXTREL)
				return true;
			if (d->d_tag == DT_FLAGS && (d->d_un.d_val & DF_TEXTREL) != 0)
				return true;
		}
	}
	return false;
}

/* What is read-only after relocation lies in a segment that the file calls writable: it stays. */
static int let_go_of(struct dl_phdr_info *object, size_t size, void *context)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)size;
	(void)context;
	if (is_relocated(object))
		return 0;
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *const p = &object->dlpi_phdr[i];

		if (p->p_type != PT_LOAD || (p->p_flags & PF_W) != 0)
			continue;
		const uintptr_t begin = object->dlpi_addr + p->p_vaddr;
		const uintptr_t from = begin & ~(page - 1);
		const uintptr_t to = (begin + p->p_filesz) & ~(page - 1);

		/* The last page may be the next segment's as well. That it fails changes nothing. */
		if (to > from)
			(void)madvise((void *)from, to - from, MADV_DONTNEED);
	}
	return 0;
}

void image_let_go(void)
{
	dl_iterate_phdr(let_go_of, NULL);
}
#else
void image_let_go(void)
{
}
#endif
