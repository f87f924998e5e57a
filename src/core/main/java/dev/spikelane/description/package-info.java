/** A network as records, the source of its layout and its files. Not exported. */
@org.jspecify.annotations.NullMarked
package dev.spikelane.description;
