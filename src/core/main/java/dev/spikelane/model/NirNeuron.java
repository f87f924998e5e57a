package dev.spikelane.model;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.Parameter;
import dev.spikelane.neuron.Lif;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Quantization;
import dev.spikelane.neuron.ThresholdAndReset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A neuron model as a NIR primitive with float64 parameters. A step of Euler's method gives the model's own numbers:
 * {@code tau = dt / (1 - beta)} and {@code r = tau / dt}, as snnTorch exports them.
 *
 * @param type the name of the primitive
 * @param parameters its values, one or one for each neuron
 * @param selfWeights the weights of neurons to themselves, one step late; empty for none
 * @param changes the facts that the primitive cannot express
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record NirNeuron(String type, Map<String, double[]> parameters, double[] selfWeights, List<String> changes) {

    private static final double[] NOTHING = {};

    boolean fires() {
        return type.endsWith("F") || type.equals("Threshold");
    }

    /**
     * The numbers of one population.
     *
     * @param present returns the present values of a parameter
     * @param dt the time step in seconds
     */
    record Values(String name, Neuron neuron, Function<String, Parameter> present, double dt, List<String> changes) {

        /** Throws, as NIR has no such primitive. */
        @SuppressWarnings("DoNotCallSuggester") // a row of NeuronForms
        NirNeuron none(String advice) {
            throw new IllegalArgumentException(
                    "population '" + name + "' is " + neuron + ", for which NIR has no primitive" + advice);
        }

        private double[] of(String parameter) {
            Parameter values = present.apply(parameter);
            double[] wide = new double[values.count()];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = values.value(i);
            }
            return wide;
        }

        private double[] selfWeights() {
            return neuron.parameters().containsKey(Neuron.RECURRENT_WEIGHTS) ? of(Neuron.RECURRENT_WEIGHTS) : NOTHING;
        }

        /** Returns time constants for the shares that remain after a step. */
        private double[] taus(double... shares) {
            double[] taus = new double[shares.length];
            for (int i = 0; i < taus.length; i++) {
                if (!(shares[i] < 1)) {
                    throw new IllegalArgumentException("population '" + name + "' keeps " + shares[i]
                            + " of its state in a step, expected less than 1 for a time constant");
                }
                taus[i] = dt / (1 - shares[i]);
            }
            return taus;
        }

        private double[] times(double factor, double... values) {
            double[] products = values.clone();
            for (int i = 0; i < products.length; i++) {
                products[i] *= factor;
            }
            return products;
        }

        /** Returns a neuron of snnTorch's models, which add the unscaled input. */
        NirNeuron leaky(ThresholdAndReset firing) {
            boolean synaptic = neuron.parameters().containsKey("alpha");
            Map<String, double[]> found = new LinkedHashMap<>();
            double[] tau = taus(of("beta"));
            found.put(synaptic ? "tau_mem" : "tau", tau);
            found.put("r", times(1 / dt, tau));
            if (synaptic) {
                double[] synapse = taus(of("alpha"));
                found.put("tau_syn", synapse);
                found.put("w_in", times(1 / dt, synapse));
            }
            found.put("v_leak", new double[] {0});
            String type = fired(synaptic ? "CubaLI" : "LI", firing, found, 0);
            return new NirNeuron(type, found, selfWeights(), changes);
        }

        NirNeuron lif(Lif lif) {
            Map<String, double[]> found = new LinkedHashMap<>();
            double[] leak = of("leak");
            double[] gain = of("gain");
            boolean synaptic = !lif.synapse().isAlways(0);
            if (lif.decay() == Decay.NONE && lif.firing().reset() == Reset.NONE && !synaptic) {
                if (!present.apply("gain").isAlways(1)) {
                    throw new IllegalArgumentException(
                            "population '" + name + "' only compares, with a gain, expected 1");
                }
                found.put("threshold", of("threshold"));
                return new NirNeuron("Threshold", found, NOTHING, changes);
            }
            if (lif.decay() == Decay.MULTIPLY && lif.leak().isAlways(1) && !synaptic) {
                found.put("r", times(1 / dt, gain));
                String type = fired("I", lif.firing(), found, of("resetPotential"));
                return new NirNeuron(type, found, NOTHING, changes);
            }
            double[] tau = switch (lif.decay()) {
                case MULTIPLY, MULTIPLY_WEIGHTED -> taus(leak);
                case EULER -> inverse(leak);
                case DIVIDE -> times(dt, leak);
                case NONE -> new double[] {dt};
            };
            boolean whole = lif.decay() == Decay.MULTIPLY || lif.decay() == Decay.NONE;
            double[] r = whole ? product(gain, times(1 / dt, tau)) : gain;
            found.put(synaptic ? "tau_mem" : "tau", tau);
            if (synaptic) {
                double[] synapse = taus(of("synapse"));
                found.put("tau_syn", synapse);
                found.put("w_in", product(gain, times(1 / dt, synapse)));
                r = whole ? times(1 / dt, tau) : new double[] {1};
            }
            found.put("r", r);
            boolean rests = lif.decay() == Decay.EULER || lif.decay() == Decay.DIVIDE;
            found.put("v_leak", rests ? of("rest") : new double[] {0});
            String type = fired(synaptic ? "CubaLI" : "LI", lif.firing(), found, of("resetPotential"));
            return new NirNeuron(type, found, NOTHING, changes);
        }

        private double[] inverse(double... shares) {
            double[] taus = new double[shares.length];
            for (int i = 0; i < taus.length; i++) {
                taus[i] = dt / shares[i];
            }
            return taus;
        }

        private static double[] product(double[] a, double... b) {
            double[] products = new double[Math.max(a.length, b.length)];
            for (int i = 0; i < products.length; i++) {
                products[i] = a[a.length == 1 ? 0 : i] * b[b.length == 1 ? 0 : i];
            }
            return products;
        }

        /** Adds threshold and reset, records losses of the format, and returns the type. */
        private String fired(
                String silent, ThresholdAndReset firing, Map<String, double[]> found, double... resetPotential) {
            if (firing.reset() == Reset.NONE && firing.threshold().isAlways(Float.MAX_VALUE)) {
                return silent;
            }
            found.put("v_threshold", of("threshold"));
            found.put("v_reset", resetPotential);
            boolean clears = firing.reset() == Reset.CLEAR || firing.reset() == Reset.ZERO;
            if (!clears || firing.resetTime() != Reset.Time.SAME_STEP) {
                changes.add("reset kind: '" + name + "' has the reset " + firing.reset() + " at the "
                        + firing.resetTime() + ", NIR has only v_reset in the same step");
            }
            if (firing.compare() != Compare.STRICT) {
                changes.add("order of events: '" + name + "' fires at its threshold, NIR above it");
            }
            if (firing.inhibition() || !firing.quantization().equals(Quantization.NONE)) {
                changes.add("'" + name + "' has inhibition or quantization, which NIR has not");
            }
            return silent + "F";
        }
    }
}
