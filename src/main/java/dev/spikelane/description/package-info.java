/** A network as records: what everything else about it, its layout and its files, is read from. Not exported. */
@org.jspecify.annotations.NullMarked
package dev.spikelane.description;
