/** Makes loops that keep many sums in registers of loops over arrays. Not exported. */
@NullMarked
package dev.spikelane.loop;

import org.jspecify.annotations.NullMarked;
