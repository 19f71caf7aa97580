/* SPDX-License-Identifier: ISC */
/*
 * Which command lines are ours. Those who run one that another process tells them (the guardian, and the keeper of what a
 * confined process gave up) ask this first: that process may have been taken over since. Pure.
 */
#ifndef XENCON_SSH_VET_H
#define XENCON_SSH_VET_H

#include <stdbool.h>

/* Whether `line` is one that is made here (words.h), with ssh called by `command` and everything of ours in `folder`:
 * that command, words that a shell takes for nothing but words, of ssh's options only those that we use, with the values
 * that we give them, and one destination. What runs on the other side is not judged. */
bool vet_line(const char *line, const char *command, const char *folder);

#endif
