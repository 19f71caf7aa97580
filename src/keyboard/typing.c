/* SPDX-License-Identifier: ISC */
/*
 * Sequences of key events: see typing.h.
 *
 * ALWAYS TRUE: a sequence is built from its outside inwards: a modifier is put down before, and up
 * behind, all that it is held for. So the two ends of every key stand in one sequence, whatever is left
 * out in the middle.
 */
#include "keyboard/typing.h"

/* Keys that no layout changes. Places as IBM's AT keyboard has them; QEMU's keymaps know them under
 * these keysyms. Pause and Print have codes of their own, which QEMU makes the long sequences of. */
static const struct {
	uint16_t keysym;
	uint8_t code;
} keys[] = {{KEYSYM_ESCAPE, 0x01},      {KEYSYM_BACKSPACE, 0x0e},   {KEYSYM_TAB, 0x0f},
            {KEYSYM_RETURN, 0x1c},      {KEYSYM_CONTROL_L, 0x1d},   {KEYSYM_SHIFT_L, 0x2a},
            {KEYSYM_SHIFT_R, 0x36},     {KEYSYM_ALT_L, 0x38},       {KEYSYM_CAPS_LOCK, 0x3a},
            {KEYSYM_F1, 0x3b},          {KEYSYM_F1 + 1, 0x3c},      {KEYSYM_F1 + 2, 0x3d},
            {KEYSYM_F1 + 3, 0x3e},      {KEYSYM_F1 + 4, 0x3f},      {KEYSYM_F1 + 5, 0x40},
            {KEYSYM_F1 + 6, 0x41},      {KEYSYM_F1 + 7, 0x42},      {KEYSYM_F1 + 8, 0x43},
            {KEYSYM_F1 + 9, 0x44},      {KEYSYM_F1 + 10, 0x57},     {KEYSYM_F12, 0x58},
            {KEYSYM_NUM_LOCK, 0x45},    {KEYSYM_SCROLL_LOCK, 0x46}, {KEYSYM_SYS_REQ, 0x54},
            {KEYSYM_KP_ENTER, 0x9c},    {KEYSYM_CONTROL_R, 0x9d},   {KEYSYM_PRINT, 0xb7},
            {KEYSYM_ALT_R, 0xb8},       {KEYSYM_PAUSE, 0xc6},       {KEYSYM_HOME, 0xc7},
            {KEYSYM_UP, 0xc8},          {KEYSYM_PAGE_UP, 0xc9},     {KEYSYM_LEFT, 0xcb},
            {KEYSYM_RIGHT, 0xcd},       {KEYSYM_END, 0xcf},         {KEYSYM_DOWN, 0xd0},
            {KEYSYM_PAGE_DOWN, 0xd1},   {KEYSYM_INSERT, 0xd2},      {KEYSYM_DELETE, 0xd3},
            {KEYSYM_SUPER_L, 0xdb},     {KEYSYM_SUPER_R, 0xdc},     {KEYSYM_MENU, 0xdd},
            {KEYSYM_ISO_LEFT_TAB, 0x0f}};

enum { BACKSPACE = 0x08, ESCAPE = 0x1b, DELETE = 0x7f };

static const struct typing_event *find_key(uint32_t keysym, struct typing_event *event)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (keys[i].keysym == keysym) {
			*event = (struct typing_event){.keysym = keysym, .code = keys[i].code};
			return event;
		}
	}
	return NULL;
}

/* The key that is held for the levels above: by its place, and by what every keymap calls that place
 * (the right Alt is ISO_Level3_Shift in some of QEMU's, Alt_R in all). */
static struct typing_event altgr(const struct typing *t)
{
	struct typing_event event = {.code = t->guest.altgr};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (keys[i].code == event.code)
			event.keysym = keys[i].keysym;
	}
	if (event.keysym == KEYSYM_NONE)
		event.keysym = layout_sign(&t->server, t->guest.altgr, 0, false);
	if (event.keysym == KEYSYM_NONE)
		event.keysym = KEYSYM_ISO_LEVEL3_SHIFT;
	return event;
}

static void put(struct typing_sequence *s, const struct typing_event *event, bool down)
{
	s->events[s->count] = *event;
	s->events[s->count++].down = down;
}

static void tap(struct typing_sequence *s, const struct typing_event *event)
{
	put(s, event, true);
	put(s, event, false);
}

/* Puts the modifiers down, or up in reverse order. Ctrl is the outermost: Ctrl-Alt-Del is pressed so. */
static void hold(struct typing_sequence *s, unsigned modifiers, bool down)
{
	static const struct {
		unsigned bit;
		struct typing_event event;
	} order[] = {
	    {KEYSYM_CTRL, {.keysym = KEYSYM_CONTROL_L, .code = 0x1d}},
	    {KEYSYM_ALT, {.keysym = KEYSYM_ALT_L, .code = 0x38}},
	    {KEYSYM_SUPER, {.keysym = KEYSYM_SUPER_L, .code = 0xdb}},
	    {KEYSYM_SHIFT, {.keysym = KEYSYM_SHIFT_L, .code = 0x2a}},
	};
	const size_t count = sizeof(order) / sizeof(order[0]);

	for (size_t i = 0; i < count; i++) {
		const size_t at = down ? i : count - 1 - i;

		if ((modifiers & order[at].bit) != 0)
			put(s, &order[at].event, down);
	}
}

/* A key of the layout, at one of its levels. False where the server's keymap does not lead there: it
 * would press another key, and a wrong character is worse than none. */
static bool tap_place(const struct typing *t, struct typing_sequence *s, uint8_t code,
                      uint8_t level, unsigned modifiers)
{
	const bool shift = (level & LAYOUT_SHIFT) != 0;
	const bool third = (level & LAYOUT_ALTGR) != 0;
	const unsigned held = level | ((modifiers & KEYSYM_CTRL) != 0 ? LAYOUT_CTRL : 0U);
	const struct typing_event shift_event = {.keysym = KEYSYM_SHIFT_L, .code = 0x2a};
	const struct typing_event third_event = altgr(t);
	struct typing_event event = {
	    .code = code, .keysym = layout_sign(&t->server, code, held, shift != t->caps_lock)};

	if (event.keysym == KEYSYM_NONE && t->mapped)
		return false;
	/* Most likely there is no keymap, and the place is what counts. */
	if (event.keysym == KEYSYM_NONE)
		event.keysym = layout_sign(&t->guest, code, held, false);
	if (event.keysym == KEYSYM_NONE)
		event.keysym = keysym_of(' ');
	if (shift)
		put(s, &shift_event, true);
	if (third)
		put(s, &third_event, true);
	tap(s, &event);
	if (third)
		put(s, &third_event, false);
	if (shift)
		put(s, &shift_event, false);
	return true;
}

void typing_init(struct typing *t, const char *keymap)
{
	t->caps_lock = false;
	t->mapped = keymap != NULL && keymap[0] != '\0';
	layout_of_keymap(keymap, &t->guest, &t->server);
}

/* What a control character is on the keyboard: a key by itself, or Ctrl and a character. */
static bool type_control(const struct typing *t, uint32_t character, unsigned modifiers,
                         struct typing_sequence *ret)
{
	switch (character) {
	case '\r':
	case '\n':
		return typing_key(KEYSYM_RETURN, modifiers, ret);
	case '\t':
		return typing_key(KEYSYM_TAB, modifiers, ret);
	case BACKSPACE:
	case DELETE:
		return typing_key(KEYSYM_BACKSPACE, modifiers, ret);
	case ESCAPE:
		return typing_key(KEYSYM_ESCAPE, modifiers, ret);
	case 0: /* Ctrl-Space: Ctrl-@ is the same, and needs a Shift on some keyboards */
		return typing_character(t, ' ', modifiers | KEYSYM_CTRL, ret);
	default:
		break;
	}
	/* ^A to ^Z are keys with small letters; ^\ ^] ^^ ^_ with these characters themselves. */
	const uint32_t with_ctrl = character <= 26 ? character + 'a' - 1 : character + '@';

	return typing_character(t, with_ctrl, modifiers | KEYSYM_CTRL, ret);
}

bool typing_character(const struct typing *t, uint32_t character, unsigned modifiers,
                      struct typing_sequence *ret)
{
	struct typing_sequence s = {0};
	struct layout_place place;

	if (character < ' ' || character == DELETE)
		return type_control(t, character, modifiers, ret);
	if (!layout_place(&t->guest, character, &place))
		return false;
	/* No command is Ctrl and two keys: the second would come without the first's meaning. */
	if (place.dead != 0 && modifiers != 0)
		return false;
	/* Shift that is held anyway is pressed once. With Ctrl or Alt, Caps Lock makes no other key. */
	if ((modifiers & KEYSYM_SHIFT) != 0)
		place.level |= LAYOUT_SHIFT;
	modifiers &= ~(unsigned)KEYSYM_SHIFT;
	if (place.cased && t->caps_lock && modifiers == 0)
		place.level ^= LAYOUT_SHIFT;
	hold(&s, modifiers, true);
	if (place.dead != 0 && !tap_place(t, &s, place.dead, place.dead_level, modifiers))
		return false;
	if (!tap_place(t, &s, place.code, place.level, modifiers))
		return false;
	hold(&s, modifiers, false);
	*ret = s;
	return true;
}

bool typing_bare(uint32_t character, unsigned modifiers, struct typing_sequence *ret)
{
	const struct typing_event event = {.keysym = keysym_of(character)};
	struct typing_sequence s = {0};

	if (event.keysym == KEYSYM_NONE)
		return false;
	hold(&s, modifiers, true);
	tap(&s, &event);
	hold(&s, modifiers, false);
	*ret = s;
	return true;
}

bool typing_key(uint32_t keysym, unsigned modifiers, struct typing_sequence *ret)
{
	struct typing_event event;
	struct typing_sequence s = {0};

	if (find_key(keysym, &event) == NULL)
		return false;
	hold(&s, modifiers, true);
	tap(&s, &event);
	hold(&s, modifiers, false);
	*ret = s;
	return true;
}

bool typing_keysym(const struct typing *t, uint32_t keysym, unsigned modifiers,
                   struct typing_sequence *ret)
{
	const uint32_t character = keysym_character(keysym);

	return character != 0 ? typing_character(t, character, modifiers, ret)
	                      : typing_key(keysym, modifiers, ret);
}
