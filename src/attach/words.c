/* SPDX-License-Identifier: ISC */
/*
 * Words: see words.h. Always true: nothing here asks a console or a terminal anything, and what is said of
 * keys names the escape character that is in use.
 */
#include "attach/words.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "term/escape.h"

/* One line says where one is and how to get away; "press Enter" is for who may, since a console that is
 * waiting for input prints nothing by itself. */
void words_attached(const struct words_about *w)
{
	const char *const enter =
	    w->read_only ? "read-only" : "press Enter if the screen stays empty";
	char c[ESCAPE_SHOW_MAX];

	if (!w->typed) {
		log_notice("attached to \"%s\" on %s%s", w->vm, w->tunnel->name,
		           w->read_only ? ", read-only" : "");
	} else if (w->escape == ESCAPE_NONE) {
		log_notice("attached to \"%s\" on %s; %s; there is no escape character", w->vm,
		           w->tunnel->name, enter);
	} else {
		escape_show(w->escape, c);
		log_notice("attached to \"%s\" on %s; %s, %s then . to quit, %s ? for help", w->vm,
		           w->tunnel->name, enter, c, c);
	}
}

void words_silent(const char *vm)
{
	log_notice("\"%s\" has printed nothing on its serial port: it takes console=ttyS0 on its "
	           "kernel's command line, or a getty on ttyS0",
	           vm);
}

void words_help(const struct words_about *w)
{
	char c[ESCAPE_SHOW_MAX];

	escape_show(w->escape, c);
	log_message("%s . or %s q  quit          %s %s  send %s itself", c, c, c, c, c);
	log_message("%s z  suspend               %s r  tell the guest the window's size", c, c);
	log_message("%s l  log on or off         %s s  status", c, c);
	log_message("%s ?  this help             any other key is sent as it is", c);
	if (w->read_only)
		log_message("read-only: nothing is sent");
}

void words_status(const struct words_about *w, const struct recorder *r)
{
	const long long s = (clock_ms() - w->started_ms) / 1000;
	const char *state = "on: ";

	if (w->tunnel == NULL) {
		log_message("\"%s\": no console is attached; %zu bytes that were typed are kept",
		            w->vm, w->kept);
		return;
	}
	if (r->fd < 0)
		state = "off";
	else if (r->paused)
		state = "paused: ";
	log_message("\"%s\" at %s (%s), %lld:%02lld:%02lld, %llu bytes in, %llu out%s, log %s%s",
	            w->vm, w->tunnel->name, stream_describe(w->tunnel->stream), s / 3600,
	            s / 60 % 60, s % 60, (unsigned long long)w->bytes_down,
	            (unsigned long long)w->bytes_up, w->read_only ? " (read-only)" : "", state,
	            r->fd < 0 ? "" : r->path);
}

void words_switch_log(struct recorder *r)
{
	if (r->fd < 0) {
		log_message("there is no log; start xencon with --log FILE to have one");
		return;
	}
	recorder_pause(r, !r->paused);
	log_message("the log to \"%s\" is %s", r->path, r->paused ? "off" : "on again");
}
