/** Networks written in C99. Not exported; {@link dev.spikelane.model.CExport} is the front. */
@NullMarked
package dev.spikelane.model.c;

import org.jspecify.annotations.NullMarked;
