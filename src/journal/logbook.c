/* SPDX-License-Identifier: ISC */
/*
 * A file and a reader, each with a journal of its own: see logbook.h.
 *
 * Always true: what is switched off is shown nothing, so that what then went by is for it what nobody saw.
 */
#include "journal/logbook.h"

#include "base/clock.h"

static bool take_logged(void *context, const char *line, size_t len)
{
	struct logbook *const b = context;

	return recorder_line(&b->recorder, line, len);
}

static bool take_printed(void *context, const char *line, size_t len)
{
	struct logbook *const b = context;

	return outlet_put(&b->outlet, line, len);
}

int logbook_open(struct logbook *b, const struct logbook_spec *spec, struct error *err)
{
	const struct journal_taker logged = {take_logged, b};
	const struct journal_taker printed = {take_printed, b};

	*b = (struct logbook){.recorder = {.fd = -1}};
	if (recorder_open_lines(&b->recorder, spec->log_file, err) != 0)
		return -1;
	b->recorder.tell = spec->tell;
	b->recorder.context = spec->context;
	if (b->recorder.fd >= 0 && journal_open(&b->log, &logged, spec->timestamps, err) != 0)
		return -1;
	if (spec->output == NULL)
		return 0;
	outlet_init(&b->outlet, spec->output);
	return journal_open(&b->printed, &printed, spec->timestamps, err);
}

void logbook_close(struct logbook *b)
{
	/* All zeroes: it was never opened, and its descriptor is none. */
	if (b->recorder.path != NULL)
		recorder_close(&b->recorder);
	journal_close(&b->log);
	journal_close(&b->printed);
	outlet_close(&b->outlet);
	*b = (struct logbook){.recorder = {.fd = -1}};
}

bool logbook_is_logging(const struct logbook *b)
{
	return b->log.lines != NULL && b->recorder.fd >= 0 && !b->recorder.paused;
}

int logbook_look(struct logbook *b, const struct logbook_screen *screen, struct error *err)
{
	if (logbook_is_logging(b) &&
	    journal_look(&b->log, screen->text, screen->width, screen->height, err) != 0)
		return -1;
	b->owes = b->printed.lines != NULL && !outlet_is_idle(&b->outlet);
	if (b->owes)
		return 0;
	return journal_look(&b->printed, screen->text, screen->width, screen->height, err);
}

void logbook_watch(struct logbook *b, bool watched, int64_t at_ms)
{
	journal_watch(&b->log, watched && logbook_is_logging(b), at_ms);
	journal_watch(&b->printed, watched && !b->owes && outlet_is_idle(&b->outlet), at_ms);
}

void logbook_detach(struct logbook *b)
{
	logbook_watch(b, false, clock_ms());
	b->missed = !outlet_is_idle(&b->outlet);
}

void logbook_settle(struct logbook *b)
{
	if (logbook_is_logging(b))
		journal_settle(&b->log);
	if (outlet_is_idle(&b->outlet))
		journal_settle(&b->printed);
}

int logbook_work(struct logbook *b, struct error *err)
{
	if (logbook_is_logging(b))
		journal_tick(&b->log);
	if (b->printed.lines == NULL)
		return 0;
	if (outlet_is_idle(&b->outlet))
		journal_tick(&b->printed);
	return outlet_work(&b->outlet, err);
}

bool logbook_is_owed(const struct logbook *b)
{
	return b->owes && outlet_is_idle(&b->outlet);
}

int64_t logbook_deadline(const struct logbook *b)
{
	const int64_t log = logbook_is_logging(b) ? journal_deadline(&b->log) : CLOCK_NEVER;

	/* While its reader takes nothing there is nothing to be done. */
	if (!outlet_is_idle(&b->outlet))
		return log;
	return clock_earlier(log, journal_deadline(&b->printed));
}

bool logbook_switch(struct logbook *b)
{
	if (b->log.lines == NULL || b->recorder.fd < 0)
		return false;
	if (!b->recorder.paused)
		journal_end(&b->log);
	recorder_pause(&b->recorder, !b->recorder.paused);
	return true;
}

void logbook_restart(struct logbook *b, const char *text)
{
	if (logbook_is_logging(b))
		journal_restart(&b->log, text, false);
	journal_restart(&b->printed, text, b->missed || b->owes);
}

int logbook_finish(struct logbook *b, const struct logbook_screen *screen, struct error *err)
{
	if (logbook_is_logging(b))
		journal_end(&b->log);
	if (b->printed.lines == NULL)
		return 0;
	if (b->owes && outlet_finish(&b->outlet, err) != 0)
		return -1;
	/* Who did not take the last lines in the time that there is gets no more. */
	if (b->owes && !outlet_is_idle(&b->outlet))
		return 0;
	if (b->owes &&
	    journal_look(&b->printed, screen->text, screen->width, screen->height, err) != 0)
		return -1;
	b->owes = false;
	journal_end(&b->printed);
	return outlet_finish(&b->outlet, err);
}
