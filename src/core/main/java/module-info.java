/**
 * Spiking neural networks: SIMD kernels, and the network, file and picture layers that make them useful.
 *
 * <p>The network of snnTorch's tutorial 3, which runs an image of noise for 200 steps:
 *
 * <pre>{@code
 * var random = new TorchRandom(3); // torch.manual_seed(3)
 * var network = Network.builder(784)
 *         .dense(1000, random).neuron(new Leaky(0.99)) // nn.Linear(784, 1000), snn.Leaky(beta=0.99)
 *         .dense(10, random).neuron(new Leaky(0.99)).build();
 * var pixels = random.rand(1, 784); // one image of noise, its pixels from 0 to 1
 * var spikes = SpikeMatrix.zeros(200, 784); // 200 steps
 * new Rate().encode(pixels, spikes, random); // spikegen.rate(pixels, num_steps=200)
 * var simulation = network.simulate(1); // a batch of 1
 * var counts = simulation.countSpikes("lif2"); // of the output layer
 * simulation.run(spikes);
 * System.out.println(counts.label(0) + " of " + Arrays.toString(counts.perNeuron().toArray()));
 * }</pre>
 *
 * <p>On the class path, start Java with {@code --add-modules jdk.incubator.vector}; on the module path
 * {@code requires dev.spikelane} is enough. Without that module the kernels run as scalar code, with the same results
 * and one to two orders of magnitude slower; {@link dev.spikelane.kernel.Simd} tells which ones serve.
 *
 * <p>Start at {@link dev.spikelane.network.Network} and {@link dev.spikelane.network.Simulation}. The kernels, see
 * {@link dev.spikelane.kernel}, work without a network, like a BLAS. The differences from snnTorch stand in
 * {@link dev.spikelane.neuron}, {@link dev.spikelane.encode} and {@link dev.spikelane.train}.
 *
 * <table>
 * <caption>Neuron models</caption>
 * <tr><th>model</th><th>state, by the names of recorders</th><th>when to use</th></tr>
 * <tr><td>{@link dev.spikelane.neuron.Leaky}</td><td>membrane</td>
 *     <td>the default of snnTorch's tutorials; start here</td></tr>
 * <tr><td>{@link dev.spikelane.neuron.Synaptic}</td><td>membrane, synapse</td>
 *     <td>input that fades instead of arriving at once</td></tr>
 * <tr><td>{@link dev.spikelane.neuron.Alpha}</td><td>membrane, excitatory, inhibitory</td>
 *     <td>a membrane that rises and falls as an alpha function</td></tr>
 * <tr><td>{@link dev.spikelane.neuron.Lapicque}</td><td>membrane</td>
 *     <td>an RC circuit given by resistance and capacitance</td></tr>
 * <tr><td>{@link dev.spikelane.neuron.RLeaky}</td><td>membrane; spikes of the step before</td>
 *     <td>spikes of the layer that come back, by any connection</td></tr>
 * <tr><td>{@link dev.spikelane.neuron.RSynaptic}</td><td>membrane, synapse; spikes of the step before</td>
 *     <td>the same with a synaptic current</td></tr>
 * <tr><td>{@link dev.spikelane.neuron.SLstm}</td><td>membrane, cell</td><td>gates, for long memory</td></tr>
 * <tr><td>{@link dev.spikelane.neuron.LeakyParallel}</td><td>membrane</td>
 *     <td>no reset, membranes not below 0, as torch.nn.RNN</td></tr>
 * <tr><td>{@link dev.spikelane.neuron.StateLeaky}</td><td>membrane; with a truncated kernel also sum</td>
 *     <td>no reset</td></tr>
 * <tr><td>{@link dev.spikelane.neuron.DeltaLeaky}</td><td>membrane</td><td>spikes where the membrane changes</td></tr>
 * <tr><td>{@link dev.spikelane.neuron.HandLif}</td><td>membrane</td>
 *     <td>the neuron that tutorial 3 writes by hand</td></tr>
 * <tr><td>{@link dev.spikelane.neuron.EquationNeuron}</td><td>those of its text, the first as membrane</td>
 *     <td>any other model, written as equations</td></tr>
 * <tr><td>{@link dev.spikelane.neuron.Lif}</td><td>membrane; in some presets also synapse</td>
 *     <td>the conventions of SpikingJelly, Norse, sinabs and NIR</td></tr>
 * </table>
 *
 * <p>Nothing but {@code jdk.incubator.vector} is needed at run time. {@link dev.spikelane.io.NirFile} finds
 * jHDF at run time, on the class path or the module path. Pictures are in the module {@code dev.spikelane.plot}, of the
 * artifact {@code spikelane-plot}; the command line is in {@code dev.spikelane.cli}.
 */
module dev.spikelane {
    requires jdk.incubator.vector;
    requires static java.management;
    requires static jdk.jfr;
    requires static jdk.management;
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
    exports dev.spikelane.random;
    exports dev.spikelane.session;
    exports dev.spikelane.train;
    exports dev.spikelane.choose to
            dev.spikelane.cli;
    exports dev.spikelane.engine to
            dev.spikelane.cli;
    exports dev.spikelane.equation to
            dev.spikelane.cli;
    exports dev.spikelane.io.file to
            dev.spikelane.cli,
            dev.spikelane.plot;
    exports dev.spikelane.memory.limit to
            dev.spikelane.cli;
    exports dev.spikelane.simd to
            dev.spikelane.cli,
            dev.spikelane.plot;
}
