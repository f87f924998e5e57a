/** Rules of plasticity at work. */
@org.jspecify.annotations.NullMarked
package dev.spikelane.engine.plastic;
