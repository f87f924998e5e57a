/**
 * Pictures of spiking neural networks: pages, PNG, SVG and animated GIF. Start with {@link dev.spikelane.plot.Plot}.
 *
 * <p>The optional libraries of pages and SVG are on the class path or the module path at run time.
 */
module dev.spikelane.plot {
    requires transitive dev.spikelane;
    requires static java.desktop;
    requires static org.jspecify;

    exports dev.spikelane.plot;
}
