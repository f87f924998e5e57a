/**
 * Vectorized kernels for spiking neural networks, and the small network layers that make them useful.
 *
 * <p>The command line in {@code dev.spikelane.cli} is not exported and not part of the library jar.
 *
 * <p>Nothing but {@code jdk.incubator.vector} is needed at run time. {@code dev.spikelane.plot} alone uses {@code java.desktop}, and
 * libraries that it finds at run time, on the class path or the module path.
 */
module dev.spikelane {
    requires jdk.incubator.vector;
    requires static info.picocli;
    requires static java.desktop;
    requires static java.management;
    requires static jdk.jfr;
    requires static org.jspecify;

    exports dev.spikelane.blas;
    exports dev.spikelane.connection;
    exports dev.spikelane.data;
    exports dev.spikelane.encode;
    exports dev.spikelane.io;
    exports dev.spikelane.kernel;
    exports dev.spikelane.memory;
    exports dev.spikelane.model;
    exports dev.spikelane.network;
    exports dev.spikelane.neuron;
    exports dev.spikelane.plot;
    exports dev.spikelane.random;
    exports dev.spikelane.train;
}
