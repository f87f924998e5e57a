/** How the library writes its files: whole or not at all, and JSON. Not exported. */
@NullMarked
package dev.spikelane.io.file;

import org.jspecify.annotations.NullMarked;
