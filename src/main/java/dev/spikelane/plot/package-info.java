/**
 * Pictures of what networks do: rasters, membrane traces, spike counts, firing rates, weights, confusion matrices, and reports of many.
 *
 * <p>{@link dev.spikelane.plot.Plot} makes a figure in one call; {@link dev.spikelane.plot.Figure#write} chooses the format by the file's
 * extension:
 *
 * <ul>
 *   <li>{@code .html}: one interactive page that holds all it needs and works offline. Needs {@code org.webjars.npm:echarts}.
 *   <li>{@code .png} (at twice the size, for dense screens and print) and {@code .svg}. Need {@code org.knowm.xchart:xchart}; SVG also
 *       {@code de.erichseifert.vectorgraphics2d:VectorGraphics2D}.
 *   <li>{@code .gif}: animated spike counts. Needs the JDK only.
 * </ul>
 *
 * <p>These libraries are optional dependencies. Where one is missing, {@code write} throws an {@link java.lang.IllegalStateException}
 * that names it.
 *
 * <p>Figures are immutable and copy what they show, so they may be written after a simulation or an arena is closed.
 */
package dev.spikelane.plot;
