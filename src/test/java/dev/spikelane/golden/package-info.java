/**
 * Reference numbers that snnTorch itself computed, and the reader for them.
 *
 * <p>A case is a folder with {@code case.json} and {@code .npy} arrays. The cases that belong to the project lie in
 * {@code src/test/resources/golden}, one archive for each operation; {@code -Dspikelane.golden=DIR} reads another
 * folder of cases instead.
 */
package dev.spikelane.golden;
