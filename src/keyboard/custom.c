/* SPDX-License-Identifier: ISC */
/*
 * Layouts from libxkbcommon: see custom.h. The way of tools/layouts/generate, which a test compares.
 *
 * ALWAYS TRUE: what libxkbcommon says about its files goes nowhere: whether there is such a layout is all
 * that a user wants to know, and our own words say it.
 */
#include "keyboard/custom.h"

#ifdef XENCON_XKBCOMMON
#include <stdio.h>
#include <string.h>
#include <xkbcommon/xkbcommon.h>

#include "keyboard/keysym.h"

enum { X_OFFSET = 8 }; /* what X adds to the kernel's number of a key */

/* The kernel's numbers of keys that are not their XT codes. */
static xkb_keycode_t keycode(uint8_t code)
{
	static const uint8_t others[][2] = {
	    {0x73, 89}, {0x7d, 124}, {0xb8, 100}, {0x9d, 97}, {0xdb, 125}, {0xdc, 126}, {0xdd, 127},
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (others[i][0] == code)
			return (xkb_keycode_t)others[i][1] + X_OFFSET;
	}
	return (xkb_keycode_t)code + X_OFFSET;
}

/* Whatever is missing is told by the result. */
__attribute__((format(printf, 3, 0))) static void say_nothing(struct xkb_context *context,
                                                              enum xkb_log_level level,
                                                              const char *format, va_list args)
{
	(void)context;
	(void)level;
	(void)format;
	(void)args;
}

/* What a key gives while modifiers are held; a character of Latin-1 has one keysym here, the old one. */
static uint32_t ask(struct xkb_state *state, uint8_t code, xkb_mod_mask_t modifiers)
{
	(void)xkb_state_update_mask(state, modifiers, 0, 0, 0, 0, 0);
	const xkb_keysym_t keysym = xkb_state_key_get_one_sym(state, keycode(code));

	if (keysym == XKB_KEY_VoidSymbol)
		return KEYSYM_NONE;
	if (keysym >= KEYSYM_UNICODE && keysym <= KEYSYM_UNICODE + 0xff)
		return keysym_of(keysym - KEYSYM_UNICODE);
	return keysym;
}

static void read_key(struct xkb_state *state, uint8_t code,
                     const xkb_mod_mask_t held[LAYOUT_LEVELS], uint32_t keysyms[LAYOUT_LEVELS])
{
	xkb_level_index_t levels[LAYOUT_LEVELS];

	for (size_t level = 0; level < LAYOUT_LEVELS; level++) {
		keysyms[level] = ask(state, code, held[level]);
		levels[level] = xkb_state_key_get_level(state, keycode(code), 0);
		/* A level that is another's gives nothing of its own. */
		for (size_t before = 0; before < level; before++) {
			if (levels[before] == levels[level])
				keysyms[level] = KEYSYM_NONE;
		}
	}
}

static void read_layout(struct xkb_keymap *keymap, struct xkb_state *state, struct layout *l)
{
	/* Where the third level's key may be, the usual place first. */
	static const uint8_t places[] = {0xb8, 0x3a, 0x2b, 0x9d, 0xdc, 0xdd, 0xdb, 0x38, 0x56};
	const xkb_mod_mask_t shift = 1U << xkb_keymap_mod_get_index(keymap, XKB_MOD_NAME_SHIFT);
	const xkb_mod_mask_t third = 1U << xkb_keymap_mod_get_index(keymap, "Mod5");
	const xkb_mod_mask_t held[LAYOUT_LEVELS] = {0, shift, third, shift | third};

	for (size_t i = 0; i < LAYOUT_POSITIONS; i++)
		read_key(state, layout_positions[i], held, l->keysyms[i]);
	for (size_t i = 0; i < sizeof(places) && l->altgr == 0; i++) {
		if (ask(state, places[i], 0) == KEYSYM_ISO_LEVEL3_SHIFT)
			l->altgr = places[i];
	}
}

/* "LAYOUT(VARIANT)" taken apart; false for what is written otherwise. */
static bool split(const char *name, char layout[LAYOUT_NAME_MAX], char variant[LAYOUT_NAME_MAX])
{
	const size_t len = strlen(name);
	const size_t first = strcspn(name, "(");

	if (first == 0 || len >= LAYOUT_NAME_MAX || strcspn(name, ",/ ") != len)
		return false;
	(void)snprintf(layout, LAYOUT_NAME_MAX, "%.*s", (int)first, name);
	variant[0] = '\0';
	if (first == len)
		return true;
	if (len - first < 3 || strcspn(name, ")") != len - 1)
		return false;
	(void)snprintf(variant, LAYOUT_NAME_MAX, "%.*s", (int)(len - first - 2), name + first + 1);
	return true;
}

/* Asks libxkbcommon; false where it has no such layout, or no data. */
static bool find(const char *name, struct layout *ret)
{
	char layout[LAYOUT_NAME_MAX];
	char variant[LAYOUT_NAME_MAX];
	const struct xkb_rule_names names = {.rules = "evdev",
	                                     .model = "pc105",
	                                     .layout = layout,
	                                     .variant = variant,
	                                     .options = ""};
	struct xkb_keymap *keymap = NULL;
	struct xkb_state *state = NULL;
	bool found = false;

	if (!split(name, layout, variant))
		return false;
	struct xkb_context *const context = xkb_context_new(XKB_CONTEXT_NO_ENVIRONMENT_NAMES);

	if (context == NULL)
		return false;
	xkb_context_set_log_fn(context, say_nothing);
	keymap = xkb_keymap_new_from_names(context, &names, XKB_KEYMAP_COMPILE_NO_FLAGS);
	if (keymap == NULL)
		goto out;
	state = xkb_state_new(keymap);
	if (state == NULL)
		goto out;
	*ret = (struct layout){0};
	(void)snprintf(ret->name, sizeof(ret->name), "%s", name);
	read_layout(keymap, state, ret);
	found = true;
out:
	xkb_state_unref(state);
	xkb_keymap_unref(keymap);
	xkb_context_unref(context);
	return found;
}

#else
/* A build without the library, which is asked for by name (the option xkbcommon): the table is all. */
static bool find(const char *name, struct layout *ret)
{
	(void)name;
	(void)ret;
	return false;
}
#endif

int custom_get(const char *name, struct layout *ret, struct error *err)
{
	if (layout_find(name, ret) || find(name, ret))
		return 0;
	return layout_get(name, ret, err);
}
