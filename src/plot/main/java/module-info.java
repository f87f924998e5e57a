/**
 * Pictures of spiking neural networks: pages, PNG, SVG and animated GIF. Start at {@link dev.spikelane.plot.Plot}.
 *
 * <p>The libraries of pages and SVG are found at run time, on the class path or the module path.
 */
module dev.spikelane.plot {
    requires transitive dev.spikelane;
    requires static java.desktop;
    requires static org.jspecify;

    exports dev.spikelane.plot;
}
