/**
 * Pictures of networks at work: rasters, membrane traces, signals of a neuron, curves, images, spike counts, firing
 * rates, weights, confusion matrices, and reports of many.
 *
 * <p>{@link dev.spikelane.plot.Plot} makes a figure in one call; {@link dev.spikelane.plot.Figure#write} chooses the
 * format by the file's extension, and {@link dev.spikelane.plot.Figure#toBytes} needs no file:
 *
 * <ul>
 *   <li>{@code .html}: one interactive page that holds all it needs and works offline. Needs
 *       {@code org.webjars.npm:echarts}.
 *   <li>{@code .png}, at twice the size, for dense screens and print. Needs the JDK only.
 *   <li>{@code .svg}: needs {@code de.erichseifert.vectorgraphics2d:VectorGraphics2D}.
 *   <li>{@code .gif}: animated spike counts and images. Needs the JDK only.
 * </ul>
 *
 * <p>These libraries are optional dependencies. If one is missing, {@code write} throws an
 * {@link java.lang.IllegalStateException} that names it.
 *
 * <p>Figures and reports are builders: a method changes the object it is called on and returns it. Figures copy their
 * data, so they may be written after a simulation or an arena is closed.
 */
package dev.spikelane.plot;
