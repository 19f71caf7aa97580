/* SPDX-License-Identifier: ISC */
/* PNG files as pixels: see picture.h. */
#include "picture.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>

uint32_t *picture_read(const char *path, struct pixels *ret)
{
	png_image image = {.version = PNG_IMAGE_VERSION};
	unsigned char *bytes = NULL;
	uint32_t *data = NULL;

	if (png_image_begin_read_from_file(&image, path) != 0) {
		image.format = PNG_FORMAT_RGB;
		bytes = malloc(PNG_IMAGE_SIZE(image));
		data = malloc((size_t)image.width * image.height * sizeof(*data));
	}
	if (bytes == NULL || data == NULL ||
	    png_image_finish_read(&image, NULL, bytes, 0, NULL) == 0) {
		(void)fprintf(stderr, "%s: %s\n", path, image.message);
		free(bytes);
		free(data);
		return NULL;
	}
	for (size_t i = 0; i < (size_t)image.width * image.height; i++)
		data[i] = (uint32_t)bytes[3 * i] << 16 | (uint32_t)bytes[3 * i + 1] << 8 |
		          bytes[3 * i + 2];
	free(bytes);
	*ret = (struct pixels){data, image.width, image.width, image.height};
	return data;
}
