/** Generators of loops. Not exported. */
@NullMarked
package dev.spikelane.loop;

import org.jspecify.annotations.NullMarked;
