/** Files that hold networks or tensors, whatever their format: what is in them, and how one becomes another. */
@org.jspecify.annotations.NullMarked
package dev.spikelane.cli.format;
