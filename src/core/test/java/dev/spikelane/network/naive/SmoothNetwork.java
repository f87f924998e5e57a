package dev.spikelane.network.naive;

import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Pool;
import dev.spikelane.connection.Psn;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.connection.Sparse;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Recurrence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A smooth network around a run of {@link NaiveNetwork}, in double precision: a spike is the original one plus the
 * change of the surrogate's integral, {@code S + atan(u - threshold) - atan(u0 - threshold0)}. Resets, winners of
 * inhibition, rectification and rounding stay as they were. Without a change everything equals the original run, and
 * the slopes of the loss are the surrogate gradients.
 */
final class SmoothNetwork {

    private final Network network;
    private final Map<String, Signal> inputs;
    private final NaiveNetwork ran;
    private final int batch;
    private final int steps;
    /** Weights of connections, then biases, by projection and place; thresholds, leaks and V by population. */
    private final Map<String, double[]> values = new HashMap<>();

    /** Values by name and step for all samples: now, and without a change. */
    private final Map<String, double[][]> now = new HashMap<>();

    private final Map<String, double[][]> held = new HashMap<>();

    SmoothNetwork(Network network, Map<String, Signal> inputs, NaiveNetwork ran, int batch, int steps) {
        this.network = network;
        this.inputs = inputs;
        this.ran = ran;
        this.batch = batch;
        this.steps = steps;
        for (Projection projection : network.projections()) {
            for (int place = 0; place < projection.path().size(); place++) {
                double[] weights = weights(network, ran.present(projection, place), projection, place);
                if (weights.length > 0) {
                    values.put(key(projection, place), weights);
                }
            }
        }
        for (Population population : network.populations()) {
            NaiveLif lif = NaiveLif.of(population.neuron(), population.shape());
            values.put(population.name() + ".threshold", each(lif.firing.threshold(), population.size()));
            double[] leaks = each(lif.leak, population.size());
            for (int i = 0; lif.clampsLeak && i < leaks.length; i++) {
                leaks[i] = Math.clamp(leaks[i], 0, 1);
            }
            values.put(population.name() + ".leak", leaks);
            if (lif.recurrence instanceof Recurrence.By(OneToOne own)) {
                values.put(population.name() + ".V", each(own.weights(), population.size()));
            }
        }
        run();
        now.forEach((name, all) -> {
            double[][] copy = new double[steps][];
            for (int step = 0; step < steps; step++) {
                copy[step] = all[step].clone();
            }
            held.put(name, copy);
        });
    }

    static String key(Projection projection, int place) {
        return projection.name() + "#" + place;
    }

    /** Returns values to change before {@link #change}. */
    double[] values(String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    /**
     * Returns the change of the loss, the sum of source values times a number for each step and sample. It is summed
     * term by term, so that large terms do not hide small ones.
     */
    double change(Map<String, float[][]> given) {
        run();
        double change = 0;
        for (Map.Entry<String, float[][]> each : given.entrySet()) {
            boolean spikes = each.getKey().indexOf('.') < 0;
            Neuron model = network.population(each.getKey().split("\\.", 2)[0]).neuron();
            for (int step = 0; step < steps; step++) {
                double[] row = of(each.getKey(), step);
                double[] was = held(each.getKey(), step);
                int size = row.length / batch;
                for (int i = 0; i < row.length; i++) {
                    double carried = spikes ? model.spikeValue().value(i % size) : 1;
                    change += each.getValue()[step][i] * carried * (row[i] - was[i]);
                }
            }
        }
        return change;
    }

    private void run() {
        for (int step = 0; step < steps; step++) {
            for (Population population : NaiveOrder.of(network)) {
                for (int sample = 0; sample < batch; sample++) {
                    step(population, step, sample);
                }
            }
        }
    }

    private void step(Population population, int step, int sample) {
        NaiveLif lif = NaiveLif.of(population.neuron(), population.shape());
        double[] current = Objects.requireNonNull(sum(population, Neuron.CURRENT, step, sample));
        double[] fed = sum(population, Neuron.FEEDBACK, step, sample);
        double[] identity = sum(population, NaiveGradients.IDENTITY, step, sample);
        int winner = lif.firing.inhibition() ? NaiveGradients.winner(ran, lif, population, step, sample) : -1;
        List<String> names = population.neuron().variables();
        for (int i = 0; i < population.size(); i++) {
            int at = sample * population.size() + i;
            SmoothLif neuron = new SmoothLif(lif, i);
            neuron.threshold = values(population.name() + ".threshold")[i];
            neuron.leak = values(population.name() + ".leak")[i];
            neuron.wasBefore = step == 0 ? 0 : ran.value(population.name(), names.get(0), step - 1, sample, i);
            neuron.wasUnreset = ran.value(population.name(), NaiveNetwork.UNRESET, step, sample, i);
            neuron.before = step == 0 ? 0 : of(population.name() + "." + names.get(0), step - 1)[at];
            for (int v = 1; v < names.size(); v++) {
                neuron.others[v - 1] = step == 0 ? 0 : of(population.name() + "." + names.get(v), step - 1)[at];
            }
            neuron.charge(current[i], fedBack(lif, population, fed, step, at, i));
            String unreset = population.name() + "." + NaiveNetwork.UNRESET;
            neuron.unreset = anchored(unreset, step, at, neuron.unreset, neuron.wasUnreset);
            double fired = ran.spike(population.name(), step, sample, i) ? 1 : 0;
            boolean open = winner < 0 || winner == i;
            String distance = population.name() + " distance";
            double integral = Math.atan(neuron.distance());
            row(distance, step, population)[at] = integral;
            double smooth = open ? fired + integral - (held.isEmpty() ? integral : held(distance, step)[at]) : fired;
            row(population.name(), step, population)[at] = smooth;
            if (lif.join != null) {
                double x = Objects.requireNonNull(identity)[i];
                neuron.others[0] = switch (lif.join) {
                    case ADD -> smooth + x;
                    case AND -> smooth * x;
                    case IAND -> (1 - smooth) * x;
                };
            }
            for (int v = 1; v < names.size(); v++) {
                String name = population.name() + "." + names.get(v);
                double other = ran.value(population.name(), names.get(v), step, sample, i);
                neuron.others[v - 1] = anchored(name, step, at, neuron.others[v - 1], other);
                row(name, step, population)[at] = neuron.others[v - 1];
            }
            double was = ran.value(population.name(), names.get(0), step, sample, i);
            String membrane = population.name() + "." + names.get(0);
            row(membrane, step, population)[at] = anchored(membrane, step, at, neuron.resetAtOnce(smooth, fired), was);
        }
    }

    /** Adds the original rounding error. */
    private double anchored(String name, int step, int at, double computed, double was) {
        double[] taken = now.computeIfAbsent(name + " rounding", _ -> new double[steps][])[step];
        int size = batch * network.population(name.split("\\.", 2)[0]).size();
        if (taken == null) {
            taken = new double[size];
            now.get(name + " rounding")[step] = taken;
        }
        if (held.isEmpty()) {
            taken[at] = was - computed;
        }
        return computed + taken[at];
    }

    private double[] row(String name, int step, Population population) {
        double[][] all = now.computeIfAbsent(name, _ -> new double[steps][]);
        if (all[step] == null) {
            all[step] = new double[batch * population.size()];
        }
        return all[step];
    }

    private double[] of(String name, int step) {
        return Objects.requireNonNull(now.get(name), name)[step];
    }

    private double[] held(String name, int step) {
        return Objects.requireNonNull(held.get(name), name)[step];
    }

    private double fedBack(NaiveLif lif, Population population, double @Nullable [] fed, int step, int at, int i) {
        if (fed != null) {
            return fed[i];
        }
        if (lif.recurrence instanceof Recurrence.By(OneToOne _)) {
            double before = step == 0 ? 0 : of(population.name(), step - 1)[at];
            return values(population.name() + ".V")[i] * before;
        }
        return lif.recurrence == null && lif.rectified ? lif.constant.value(i) : Double.NaN;
    }

    private double @Nullable [] sum(Population population, String port, int step, int sample) {
        double[] sum = null;
        for (Projection projection : network.projections()) {
            if (projection.target() == population && projection.port().equals(port)) {
                double[] row = NaiveSparse.isAlone(projection)
                        ? ofSynapses(projection, step, sample)
                        : row(projection, step, sample, projection.path().size());
                for (int i = 0; sum != null && i < sum.length; i++) {
                    row[i] += sum[i];
                }
                sum = row;
            }
        }
        return sum;
    }

    private double[] ofSynapses(Projection projection, int step, int sample) {
        double[] sum = new double[projection.target().size()];
        for (int delay : NaiveSparse.delays(projection)) {
            double[] row = source(projection.source(), step - delay, sample);
            ran.sparse(projection).add(row, delay, values.get(key(projection, 0)), sum);
        }
        return sum;
    }

    /** Returns the output of the first connections of a path. */
    private double[] row(Projection projection, int step, int sample, int places) {
        double[] row = source(projection.source(), step - projection.delay(), sample);
        for (int place = 0; place < places; place++) {
            row = switch (projection.path().get(place)) {
                case BatchNorm declared -> normalized(declared, projection, step, sample, place);
                case Pool declared -> pooled(declared, projection, step, sample, place, row);
                default -> apply(projection, place, row);
            };
        }
        return row;
    }

    /** The largest values stay at their original places. */
    private double[] pooled(Pool declared, Projection projection, int step, int sample, int place, double[] row) {
        float[] before = NaiveNetwork.plain(
                ran.rows(projection, step - projection.delay(), sample).get(place));
        Shape shape = NaiveNetwork.before(
                projection.path(), place, projection.source().shape());
        return new NaivePool(declared, shape).smooth(before, row);
    }

    private double[] normalized(BatchNorm declared, Projection projection, int step, int sample, int place) {
        List<double[]> rows = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
            rows.add(row(projection, step, i, place));
        }
        double[] weights = values.get(key(projection, place));
        double[] made = rows.get(sample).clone();
        int positions = made.length / declared.channels();
        for (int i = 0; i < made.length; i++) {
            int channel = i / positions;
            double mean = 0;
            double squares = 0;
            for (double[] row : rows) {
                for (int at = channel * positions; at < (channel + 1) * positions; at++) {
                    mean += row[at] / positions / batch;
                }
            }
            for (double[] row : rows) {
                for (int at = channel * positions; at < (channel + 1) * positions; at++) {
                    squares += (row[at] - mean) * (row[at] - mean) / positions / batch;
                }
            }
            made[i] = (made[i] - mean) / Math.sqrt(squares + declared.epsilon());
            if (weights != null && declared.steps() > 0) {
                made[i] = made[i] * weights[step * declared.channels() + channel];
            } else if (weights != null) {
                made[i] = made[i] * weights[channel] + weights[declared.channels() + channel];
            }
        }
        return made;
    }

    private double[] source(Projection.Source source, int step, int sample) {
        int size = source.shape().size();
        double[] row = new double[size];
        for (int i = 0; step >= 0 && i < size; i++) {
            row[i] = switch (source) {
                case Input input -> value(Objects.requireNonNull(inputs.get(input.name())), step * batch + sample, i);
                case Population population ->
                    of(population.name(), step)[sample * size + i]
                            * population.neuron().spikeValue().value(i);
                case Projection.Source variable -> of(variable.name(), step)[sample * size + i];
            };
        }
        return row;
    }

    private static double value(Signal signal, int row, int column) {
        return switch (signal) {
            case FloatMatrix matrix -> matrix.get(row, column);
            case SpikeMatrix matrix -> matrix.get(row, column) ? 1 : 0;
        };
    }

    private double[] apply(Projection projection, int place, double[] row) {
        double[] weights = values.get(key(projection, place));
        return switch (projection.path().get(place)) {
            case Flatten _ -> row;
            case OneToOne.Scale scale -> multiply(row, scale.factor());
            case OneToOne _ -> multiply(row, Objects.requireNonNull(weights));
            case Dense _, Recurrent _ -> dense(row, Objects.requireNonNull(weights));
            case Convolution declared ->
                new NaiveConvolutionBack(
                                NaiveArithmetic.DOUBLE,
                                declared,
                                NaiveNetwork.before(
                                        projection.path(),
                                        place,
                                        projection.source().shape()))
                        .smooth(row, Objects.requireNonNull(weights));
            case BatchNorm _, Dense.ByOpenBlas _, Dense.Integers _, Pool _, Psn _, Sparse _ ->
                throw new AssertionError("no gradient of " + projection);
        };
    }

    /** Multiplies each value by its weight, or by the only one. */
    private static double[] multiply(double[] row, double... weights) {
        double[] multiplied = row.clone();
        for (int i = 0; i < row.length; i++) {
            multiplied[i] *= weights[weights.length == 1 ? 0 : i];
        }
        return multiplied;
    }

    private static double[] dense(double[] row, double[] weights) {
        int outputs = weights.length / (row.length + 1);
        double[] current = new double[outputs];
        for (int output = 0; output < outputs; output++) {
            double sum = weights[outputs * row.length + output];
            for (int i = 0; i < row.length; i++) {
                sum += weights[output * row.length + i] * row[i];
            }
            current[output] = sum;
        }
        return current;
    }

    private static double[] weights(Network network, Connection connection, Projection projection, int place) {
        String name = ValueNames.prefix(projection, place);
        return switch (connection) {
            case BatchNorm norm -> normWeights(network, norm, name);
            case Dense dense -> joined(dense.weights().toArray(), dense.bias().toArray());
            case Recurrent recurrent ->
                joined(recurrent.weights().toArray(), recurrent.bias().toArray());
            case OneToOne own -> {
                Shape source = projection.source().shape();
                yield each(
                        own.weights(),
                        NaiveNetwork.before(projection.path(), place, source).size());
            }
            case Convolution declared ->
                declared.kernel().biased()
                        ? joined(declared.weights().toArray(), declared.bias().toArray())
                        : joined(declared.weights().toArray());
            case Sparse _ -> joined(network.weights().get(name + "weight").toArray());
            default -> new double[0]; // nothing to learn
        };
    }

    private static double[] normWeights(Network network, BatchNorm norm, String name) {
        double[] all = new double[0];
        for (int step = 0; norm.affine() && step < norm.steps(); step++) {
            int before = all.length;
            float[] weights = network.weights().get(name + step + ".weight").toArray();
            all = Arrays.copyOf(all, before + weights.length);
            for (int i = 0; i < weights.length; i++) {
                all[before + i] = weights[i];
            }
        }
        return norm.affine() && norm.steps() == 0
                ? joined(
                        network.weights().get(name + "weight").toArray(),
                        network.weights().get(name + "bias").toArray())
                : all;
    }

    private static double[] joined(float[] weights, float... bias) {
        double[] all = new double[weights.length + bias.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = i < weights.length ? weights[i] : bias[i - weights.length];
        }
        return all;
    }

    private static double[] each(Parameter parameter, int size) {
        double[] all = new double[size];
        for (int i = 0; i < size; i++) {
            all[i] = parameter.value(i);
        }
        return all;
    }
}
