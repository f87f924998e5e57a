/** Files that hold networks or tensors, of all formats: their content, and how one becomes another. */
@org.jspecify.annotations.NullMarked
package dev.spikelane.cli.format;
