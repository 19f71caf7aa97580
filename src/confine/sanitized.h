/* SPDX-License-Identifier: ISC */
/* Whether this build has the sanitizers in it: they look at the process in ways that nothing else of it does, at its
 * end above all (LeakSanitizer traces it from a thread), and only they get leave for that. */
#ifndef XENCON_CONFINE_SANITIZED_H
#define XENCON_CONFINE_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__)
#define CONFINE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(undefined_behavior_sanitizer) || \
    __has_feature(memory_sanitizer)
#define CONFINE_SANITIZED 1
#endif
#endif
#ifndef CONFINE_SANITIZED
#define CONFINE_SANITIZED 0
#endif

#endif
