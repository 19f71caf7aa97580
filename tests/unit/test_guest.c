/* SPDX-License-Identifier: ISC */
/* Whether a guest is still the one that was attached, by a row of looks. */
#include <stdio.h>

#include "stay/guest.h"
#include "test.h"

#define LOOKS_MAX 5

/* One look: "gap" in place of a state is a while without any. */
struct sight {
	const char *power_state;
	const char *operations;
	const char *host;
	int64_t domid;
};

static const struct {
	const char *name;
	struct sight looks[LOOKS_MAX]; /* the first is the attachment's */
	bool same;
	enum condition_change change;
} rows[] = {
    {"nothing has happened",
     {{"Running", "", "a", 3}, {"Running", "", "a", 3}},
     true,
     CONDITION_SAME},
    {"it has rebooted",
     {{"Running", "", "a", 3}, {"Running", "", "a", 4}},
     false,
     CONDITION_REBOOTED},
    {"a migration as pools tell it: the host first, then the domain",
     {{"Running", "", "a", 3},
      {"Running", "pool_migrate", "a", 3},
      {"Running", "pool_migrate", "b", 3},
      {"Running", "", "b", 9}},
     true,
     CONDITION_MIGRATED},
    {"a migration that was looked at late",
     {{"Running", "", "a", 3}, {"Running", "pool_migrate", "b", 9}, {"Running", "", "b", 9}},
     true,
     CONDITION_MIGRATED},
    {"a migration that was looked at early, and when it was over",
     {{"Running", "", "a", 3}, {"Running", "pool_migrate", "a", 3}, {"Running", "", "b", 9}},
     true,
     CONDITION_MIGRATED},
    {"two migrations",
     {{"Running", "pool_migrate", "a", 3},
      {"Running", "", "b", 9},
      {"Running", "pool_migrate", "b", 9},
      {"Running", "", "c", 1}},
     true,
     CONDITION_MIGRATED},
    {"a migration, and then a reboot",
     {{"Running", "", "a", 3},
      {"Running", "pool_migrate", "a", 3},
      {"Running", "", "b", 9},
      {"Running", "", "b", 10}},
     false,
     CONDITION_ELSEWHERE},
    {"a reboot while the migration still stands in the record",
     {{"Running", "", "a", 3},
      {"Running", "pool_migrate", "a", 3},
      {"Running", "pool_migrate", "b", 9},
      {"Running", "", "b", 10}},
     false,
     CONDITION_ELSEWHERE},
    {"a reboot, and then a migration",
     {{"Running", "", "a", 3},
      {"Running", "", "a", 4},
      {"Running", "pool_migrate", "a", 4},
      {"Running", "", "b", 9}},
     false,
     CONDITION_ELSEWHERE},
    {"a migration and back again, with a reboot there",
     {{"Running", "pool_migrate", "a", 3},
      {"Running", "", "b", 9},
      {"Running", "", "b", 10},
      {"Running", "pool_migrate", "b", 10},
      {"Running", "", "a", 3}},
     false,
     CONDITION_SAME},
    {"another host, after a migration that was called off",
     {{"Running", "", "a", 3},
      {"Running", "pool_migrate", "a", 3},
      {"Running", "", "a", 3},
      {"Running", "", "b", 9}},
     false,
     CONDITION_ELSEWHERE},
    {"nobody looked while it migrated",
     {{"Running", "", "a", 3},
      {"Running", "pool_migrate", "a", 3},
      {"gap", "", "", 0},
      {"Running", "", "b", 9}},
     false,
     CONDITION_ELSEWHERE},
    {"nobody looked, and nothing has happened",
     {{"Running", "", "a", 3}, {"gap", "", "", 0}, {"Running", "", "a", 3}},
     true,
     CONDITION_SAME},
    {"nobody looked, and then it migrates",
     {{"Running", "", "a", 3},
      {"gap", "", "", 0},
      {"Running", "pool_migrate", "a", 3},
      {"Running", "", "b", 9}},
     true,
     CONDITION_MIGRATED},
    {"its host was restarted, and counts its domains anew",
     {{"Running", "", "a", 3}, {"Halted", "", "", -1}, {"Running", "", "a", 3}},
     false,
     CONDITION_STARTED},
    {"it was paused",
     {{"Running", "", "a", 3}, {"Paused", "", "a", 3}, {"Running", "", "a", 3}},
     true,
     CONDITION_SAME},
    {"it was suspended and resumed",
     {{"Running", "", "a", 3}, {"Suspended", "", "", -1}, {"Running", "", "a", 4}},
     false,
     CONDITION_RESUMED},
};

static struct condition make(const struct sight *at)
{
	struct condition c = {.seen = true, .domid = at->domid};

	(void)snprintf(c.power_state, sizeof(c.power_state), "%s", at->power_state);
	(void)snprintf(c.operations, sizeof(c.operations), "%s", at->operations);
	(void)snprintf(c.host, sizeof(c.host), "%s", at->host);
	return c;
}

/* Looks once; the end of the row is no look. */
static void look(struct guest *g, const struct sight *at)
{
	if (at->power_state == NULL)
		return;
	if (at->power_state[0] == 'g') {
		guest_unseen(g);
		return;
	}
	const struct condition c = make(at);
	guest_look(g, &c);
}

static void test_rows(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct guest g = {0};

		test_case("%s", rows[i].name);
		look(&g, &rows[i].looks[0]);
		guest_attach(&g);
		for (size_t j = 1; j < LOOKS_MAX; j++)
			look(&g, &rows[i].looks[j]);
		const bool same = guest_is_same(&g);
		CHECK_INT(rows[i].same, same);
		CHECK_INT(rows[i].change, guest_change(&g, same));
	}
}

static void test_an_attachment_begins_anew(void)
{
	const struct condition first = make(&(struct sight){"Running", "", "a", 3});
	const struct condition second = make(&(struct sight){"Running", "", "a", 4});
	struct guest g = {0};

	test_case("what was before an attachment counts no more");
	guest_look(&g, &first);
	guest_attach(&g);
	guest_look(&g, &second);
	CHECK(!guest_is_same(&g));
	guest_attach(&g);
	guest_look(&g, &second);
	CHECK(guest_is_same(&g));
	test_case("but for one that was none");
	guest_take_back(&g);
	CHECK(!guest_is_same(&g));
}

/* The console of the new guest is there before the record has its domain: told then, and not again. */
static void test_early(void)
{
	const struct condition old = make(&(struct sight){"Running", "", "a", 3});
	const struct condition still = make(&(struct sight){"Running", "hard_reboot", "a", 3});
	const struct condition new = make(&(struct sight){"Running", "", "a", 4});
	struct guest g = {0};

	test_case("a reboot that the record tells late is told once");
	guest_look(&g, &old);
	guest_attach(&g);
	guest_look(&g, &still);
	CHECK_INT(CONDITION_REBOOTED, guest_change(&g, false));
	guest_attach(&g);
	guest_look(&g, &new);
	CHECK_INT(CONDITION_SAME, guest_change(&g, false));
}

int main(void)
{
	test_rows();
	test_an_attachment_begins_anew();
	test_early();
	return test_finish();
}
