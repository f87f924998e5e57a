/**
 * Vectorized kernels for spiking neural networks, and the small network layers that make them useful.
 *
 * <p>The command line in {@code dev.spikelane.cli} is not exported and not part of the library jar.
 */
module dev.spikelane {
    requires jdk.incubator.vector;
    requires static info.picocli;
    requires static jdk.jfr;
    requires static org.jspecify;

    exports dev.spikelane.encode;
    exports dev.spikelane.io;
    exports dev.spikelane.kernel;
    exports dev.spikelane.memory;
    exports dev.spikelane.network;
    exports dev.spikelane.neuron;
    exports dev.spikelane.random;
}
