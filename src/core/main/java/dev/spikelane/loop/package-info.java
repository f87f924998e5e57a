/**
 * Two makers of loops: expression graphs become programs, which an interpreter or loops of bytecode run, element by
 * element; and loops over arrays become loops that keep many sums in registers. Not exported.
 */
@NullMarked
package dev.spikelane.loop;

import org.jspecify.annotations.NullMarked;
