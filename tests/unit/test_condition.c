/* SPDX-License-Identifier: ISC */
/* What is made of a machine's record, and of two of them. */
#include <stdio.h>
#include <string.h>

#include "stay/condition.h"
#include "test.h"

static const struct {
	const char *name;
	const char *power_state;
	const char *operations;
	bool moving;
	bool migrating;
	const char *says;
} described[] = {
    {"it runs", "Running", "", false, false, "is running"},
    {"halted", "Halted", "", false, false, "is halted"},
    {"suspended", "Suspended", "", false, false, "is suspended"},
    {"paused", "Paused", "", false, false, "is paused"},
    {"a state of another time", "Crashed", "", false, false, "is in the state \"Crashed\""},
    {"start", "Halted", "start", true, false, "is starting"},
    {"start elsewhere", "Halted", "start_on", true, false, "is starting"},
    {"migration", "Running", "pool_migrate", true, true, "is migrating"},
    {"migration to another pool", "Running", "migrate_send", true, true, "is migrating"},
    {"reboot", "Running", "clean_reboot", true, false, "is rebooting"},
    {"reset", "Running", "hard_reboot", true, false, "is being reset"},
    {"two at once", "Running", "pool_migrate,pause", true, true,
     "is migrating and is being paused"},
    {"a snapshot disturbs nobody", "Running", "snapshot", false, false, "is running"},
    {"a snapshot beside a migration", "Running", "snapshot,pool_migrate", true, true,
     "is migrating"},
    {"an operation of another time", "Running", "levitate", true, false, "is busy (levitate)"},
    {"a prefix is not the word", "Running", "pool_migrate_not", true, false,
     "is busy (pool_migrate_not)"},
    {"nothing between commas ends the list", "Running", ",start", false, false, "is running"},
};

static struct condition make(const char *power_state, const char *operations, const char *host,
                             int64_t domid)
{
	char state[32];
	char doing[64];
	char where[32];
	const struct vm vm = {
	    .power_state = state, .operations = doing, .resident_on = where, .domid = domid};
	struct condition c;

	(void)snprintf(state, sizeof(state), "%s", power_state);
	(void)snprintf(doing, sizeof(doing), "%s", operations);
	(void)snprintf(where, sizeof(where), "%s", host);
	condition_take(&vm, &c);
	return c;
}

static void test_described(void)
{
	for (size_t i = 0; i < COUNT_OF(described); i++) {
		const struct condition c =
		    make(described[i].power_state, described[i].operations, "h", 1);
		char text[CONDITION_TEXT_MAX];

		test_case("%s", described[i].name);
		CHECK(c.seen && !c.gone);
		CHECK_INT(described[i].moving, condition_is_moving(&c));
		CHECK_INT(described[i].migrating, condition_is_migrating(&c));
		CHECK_STR(described[i].says, condition_describe(&c, text));
	}
}

struct moment {
	const char *power_state;
	const char *host;
	int64_t domid;
};

static const struct {
	const char *name;
	struct moment before;
	struct moment now;
	bool migrating;
	enum condition_change change;
	bool lived_on;
	const char *says;
} compared[] = {
    {"nothing happened", {"Running", "a", 3}, {"Running", "a", 3}, false, CONDITION_SAME, true, ""},
    {"a reboot",
     {"Running", "a", 3},
     {"Running", "a", 4},
     false,
     CONDITION_REBOOTED,
     false,
     "has rebooted"},
    {"a migration that was seen",
     {"Running", "a", 3},
     {"Running", "b", 9},
     true,
     CONDITION_MIGRATED,
     true,
     "has migrated from A to B"},
    {"another host, and nobody saw how",
     {"Running", "a", 3},
     {"Running", "b", 9},
     false,
     CONDITION_ELSEWHERE,
     false,
     "runs on B now, no longer on A"},
    {"a migration to the host where it was is none",
     {"Running", "a", 3},
     {"Running", "a", 4},
     true,
     CONDITION_REBOOTED,
     false,
     "has rebooted"},
    {"halted",
     {"Running", "a", 3},
     {"Halted", "", -1},
     false,
     CONDITION_HALTED,
     false,
     "has been shut down"},
    {"halted in the midst of a migration",
     {"Running", "a", 3},
     {"Halted", "", -1},
     true,
     CONDITION_HALTED,
     false,
     "has been shut down"},
    {"suspended",
     {"Running", "a", 3},
     {"Suspended", "", -1},
     false,
     CONDITION_SUSPENDED,
     false,
     "has been suspended"},
    {"paused",
     {"Running", "a", 3},
     {"Paused", "a", 3},
     false,
     CONDITION_PAUSED,
     false,
     "has been paused"},
    {"still halted", {"Halted", "", -1}, {"Halted", "", -1}, false, CONDITION_SAME, true, ""},
    {"started",
     {"Halted", "", -1},
     {"Running", "a", 3},
     false,
     CONDITION_STARTED,
     false,
     "has been started"},
    {"the number that it had before is another guest's",
     {"Suspended", "a", 3},
     {"Running", "a", 3},
     true,
     CONDITION_RESUMED,
     false,
     "has been resumed"},
};

static void test_compared(void)
{
	for (size_t i = 0; i < COUNT_OF(compared); i++) {
		const struct moment *const b = &compared[i].before;
		const struct moment *const n = &compared[i].now;
		const struct condition before = make(b->power_state, "", b->host, b->domid);
		const struct condition now = make(n->power_state, "", n->host, n->domid);
		char text[CONDITION_TEXT_MAX];

		test_case("%s", compared[i].name);
		const enum condition_change change =
		    condition_compare(&before, &now, compared[i].migrating);
		CHECK_INT(compared[i].change, change);
		CHECK_INT(compared[i].lived_on, condition_lived_on(change));
		CHECK_STR(compared[i].says, condition_tell(change, "A", "B", text));
	}
}

static void test_gone(void)
{
	const struct condition before = make("Running", "", "a", 3);
	const struct condition now = {.gone = true};
	char text[CONDITION_TEXT_MAX];

	test_case("deleted");
	const enum condition_change change = condition_compare(&before, &now, false);
	CHECK_INT(CONDITION_GONE, change);
	CHECK(!condition_lived_on(change));
	CHECK_STR("has been deleted", condition_tell(change, "A", "B", text));
}

int main(void)
{
	test_described();
	test_compared();
	test_gone();
	return test_finish();
}
