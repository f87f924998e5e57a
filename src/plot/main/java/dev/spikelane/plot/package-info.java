/**
 * Pictures of networks: rasters, membrane traces, signals of a neuron, curves, images, spike counts, firing rates,
 * weights, confusion matrices, and reports. Matrices enter, files leave. Read {@link dev.spikelane.plot.Plot} first.
 *
 * <p>{@link dev.spikelane.plot.Figure#write} chooses the format by the file's extension:
 * <ul>
 * <li>{@code .html}: an interactive page that works offline. Needs {@code org.webjars.npm:echarts}.
 * <li>{@code .png}, at twice the size, for dense screens and print. Needs the JDK only.
 * <li>{@code .svg}: needs {@code de.erichseifert.vectorgraphics2d:VectorGraphics2D}.
 * <li>{@code .gif}: animated spike counts and images. Needs the JDK only.
 * </ul>
 *
 * <p>These libraries are optional. If one is missing, {@code write} throws an {@link java.lang.IllegalStateException}
 * that names it.
 *
 * <p>Figures copy their data, so they may be written after a simulation or an arena is closed.
 */
package dev.spikelane.plot;
