/**
 * A network as records, the only source of its layout and its files. Not exported. Start with
 * {@link dev.spikelane.description.NetworkDescription}.
 */
@org.jspecify.annotations.NullMarked
package dev.spikelane.description;
