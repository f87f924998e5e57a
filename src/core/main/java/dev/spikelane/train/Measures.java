package dev.spikelane.train;

import java.util.Objects;

/**
 * The costs of a network on a data set, with the names and definitions of NeuroBench 2.3, and its time and energy. Each
 * number is the average for one sample with all its steps. As in NeuroBench, biases, pools, norms and padding are not
 * synaptic operations, recurrent connections are, and a static frame counts at each step.
 *
 * <p>Differences from NeuroBench:
 *
 * <ul>
 *   <li>Values are classified as binary (0, 1 and -1) for each sample and step, as NeuroBench does at batch 1, so
 *       results do not depend on the batch.
 *   <li>The footprint has no state, and integer weights count with their own bits.
 *   <li>An absent synapse of a sparse connection is a weight of 0 in the sparsity only. A present synapse is effective
 *       whatever its weight, even if its delay carries a spike past the last step.
 *   <li>After a pool, a norm or another connection of the same projection, and after variables, all values count as
 *       multiplied and nonzero, so effective MACs are an upper bound there.
 * </ul>
 *
 * @param result of the evaluation, with accuracy and spikes
 * @param footprint bytes of all values that have a name: weights, biases, buffers, parameters of neurons
 * @param connectionSparsity the share of weights that are 0
 * @param activationSparsity the share of neurons and steps without a spike
 * @param dense synaptic operations if zeros were multiplied too
 * @param effectiveMacs synaptic operations of values that are not binary, where neither the value nor the weight is 0
 * @param effectiveAcs the same of spikes and binary values
 * @param membraneUpdates membranes that changed from step to step, and all of the first step
 * @param cost time and energy
 */
public record Measures(
        Evaluator.Result result,
        long footprint,
        double connectionSparsity,
        double activationSparsity,
        double dense,
        double effectiveMacs,
        double effectiveAcs,
        double membraneUpdates,
        Cost cost) {

    /** Creates measures. */
    public Measures {
        Objects.requireNonNull(result, "result");
        Objects.requireNonNull(cost, "cost");
    }

    /**
     * The cost of one sample, with its encoding and decoding.
     *
     * @param seconds the time of the whole run over the number of samples
     * @param joules the energy of all that the machine did meanwhile, over the number of samples; NaN if not known
     * @param source the counters that were read, or why there are none
     */
    public record Cost(double seconds, double joules, String source) {

        /** Creates a cost. */
        public Cost {
            Objects.requireNonNull(source, "source");
        }
    }
}
