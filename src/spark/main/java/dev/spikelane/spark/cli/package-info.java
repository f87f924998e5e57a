/** The command line {@code ./spikelane spark}, which is not for use by other code. */
@NullMarked
package dev.spikelane.spark.cli;

import org.jspecify.annotations.NullMarked;
