package dev.spikelane.train;

import java.util.Objects;

/**
 * What a network costs on a data set, by the names and definitions of NeuroBench 2.3, and beyond them its time and
 * energy. Numbers are those of a sample with all its steps, on average. As in NeuroBench, biases, pools and norms are
 * no synaptic operations, a recurrence is a connection, padding is none, and a frame counts at each step.
 *
 * <p>Different from NeuroBench: whether values are binary (0, 1 and -1) is asked for each sample and step, as
 * NeuroBench does at batch 1, so that results do not depend on the batch; the footprint has no state, and counts
 * integer weights in their bits; absent synapses of sparse connections are weights of 0 in the sparsity alone, and
 * present ones effective, whatever they weigh, also where their own delay brings a spike behind the last step; and
 * behind a pool, norm or other connection of the same projection, and behind variables, all values count as multiplied
 * and other than 0, so that effective MACs are a bound there.
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

    /** Makes measures. */
    public Measures {
        Objects.requireNonNull(result, "result");
        Objects.requireNonNull(cost, "cost");
    }

    /**
     * What a sample takes, with its encoding and decoding.
     *
     * @param seconds the time of the whole run over the number of samples
     * @param joules the energy of all that the machine did meanwhile, over the number of samples; NaN if not known
     * @param source the counters that were read, or why there are none
     */
    public record Cost(double seconds, double joules, String source) {

        /** Makes a cost. */
        public Cost {
            Objects.requireNonNull(source, "source");
        }
    }
}
