/* SPDX-License-Identifier: ISC */
/*
 * PNG by libpng: see png.h. It is libpng's simplified interface, which never jumps out of a callback.
 * Always true: a picture of FRAME_SIDE_MAX squared pixels fits its arithmetic, so that only memory can fail.
 */
#include "graphic/png.h"

#include <png.h>
#include <stdlib.h>

/* The bytes red, green, blue of all pixels, the caller's to free. */
static uint8_t *rgb_of(const struct frame *f)
{
	const size_t count = (size_t)f->width * f->height;
	uint8_t *const rgb = malloc(3 * count);

	for (size_t i = 0; rgb != NULL && i < count; i++) {
		const uint32_t pixel = f->pixels[i];

		rgb[3 * i] = (uint8_t)(pixel >> 16);
		rgb[3 * i + 1] = (uint8_t)(pixel >> 8);
		rgb[3 * i + 2] = (uint8_t)pixel;
	}
	return rgb;
}

int png_from_frame(const struct frame *f, char **ret, size_t *ret_len, struct error *err)
{
	png_image image = {
	    .version = PNG_IMAGE_VERSION,
	    .width = f->width,
	    .height = f->height,
	    .format = PNG_FORMAT_RGB,
	};
	/* What it cannot be longer than; pages that are not written to cost nothing. */
	png_alloc_size_t len = PNG_IMAGE_PNG_SIZE_MAX(image);
	uint8_t *const rgb = rgb_of(f);
	char *const out = malloc(len);
	int rc = -1;

	if (rgb == NULL || out == NULL) {
		error_set_errno(err, ERROR_LOCAL, "cannot make a PNG of %ux%u pixels", f->width,
		                f->height);
	} else if (png_image_write_to_memory(&image, out, &len, 0, rgb, 0, NULL) == 0) {
		error_set(err, ERROR_LOCAL, "cannot make a PNG of %ux%u pixels", f->width,
		          f->height);
		error_cause(err, "%s", image.message);
	} else {
		*ret = out;
		*ret_len = len;
		rc = 0;
	}
	free(rgb);
	if (rc != 0)
		free(out);
	return rc;
}
