/**
 * Files of networks or tensors. A file of any format becomes a {@code Content}, which is shown or written in another
 * format. Read {@code Format} first.
 */
@org.jspecify.annotations.NullMarked
package dev.spikelane.cli.format;
