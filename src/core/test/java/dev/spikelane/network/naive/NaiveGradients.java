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
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.naive.NaiveNetwork.Row;
import dev.spikelane.neuron.Neuron;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The backward pass of {@link NaiveNetwork}, step by step, on plain arrays in torch's order, without segments, packed
 * weights, tiles, threads or vectors.
 */
public final class NaiveGradients {

    private final Network network;
    static final String IDENTITY = "identity";

    private final NaiveNetwork ran;
    private final int batch;
    /** The first step of the window, which limits gradients. */
    private final int first;

    private final int end;
    /** Initial gradients of all samples, by source and step. */
    private final Map<String, float[][]> given;

    /** Gradients at ports, by population and port, and of sources, for each step. */
    private final Map<String, double[][]> gradients = new HashMap<>();

    /** Inputs with one frame for all steps of the window. */
    private final Set<String> frames;

    private final NaiveArithmetic arithmetic;
    private final Map<String, NaiveLifBack[][]> neurons = new HashMap<>();

    /** Takes all steps back. */
    public NaiveGradients(
            NaiveArithmetic arithmetic,
            Network network,
            NaiveNetwork ran,
            int batch,
            int steps,
            Map<String, float[][]> given) {
        this(arithmetic, network, ran, batch, 0, steps, given);
    }

    public NaiveGradients(
            NaiveArithmetic arithmetic,
            Network network,
            NaiveNetwork ran,
            int batch,
            int first,
            int end,
            Map<String, float[][]> given) {
        this(arithmetic, network, ran, batch, first, end, given, Set.of());
    }

    /** Takes a window of steps back. */
    public NaiveGradients(
            NaiveArithmetic arithmetic,
            Network network,
            NaiveNetwork ran,
            int batch,
            int first,
            int end,
            Map<String, float[][]> given,
            Set<String> frames) {
        this.frames = frames;
        this.arithmetic = arithmetic;
        this.network = network;
        this.ran = ran;
        this.batch = batch;
        this.first = first;
        this.end = end;
        this.given = given;
        for (Population population : network.populations()) {
            NaiveLif lif = NaiveLif.of(ran.neuron(population), population.shape());
            boolean fed = network.projections().stream()
                    .anyMatch(projection -> projection.target() == population
                            && projection.port().equals(Neuron.FEEDBACK));
            NaiveLifBack[][] all = new NaiveLifBack[batch][population.size()];
            for (NaiveLifBack[] sample : all) {
                for (int i = 0; i < sample.length; i++) {
                    sample[i] = new NaiveLifBack(
                            arithmetic, lif, ran.neuron(population).spikeValue(), fed);
                }
            }
            neurons.put(population.name(), all);
            for (String port : List.of(Neuron.CURRENT, Neuron.FEEDBACK, IDENTITY)) {
                gradients.put(population.name() + "/" + port, new double[end][batch * population.size()]);
            }
            gradients.put(population.name(), new double[end][batch * population.size()]);
        }
    }

    public void run() {
        for (int step = end - 1; step >= first; step--) {
            for (Population population : NaiveOrder.of(network).reversed()) {
                step(population, step);
            }
        }
    }

    private void step(Population population, int step) {
        int size = population.size();
        List<String> variables = population.neuron().variables();
        NaiveLif lif = NaiveLif.of(ran.neuron(population), population.shape());
        for (int sample = 0; sample < batch; sample++) {
            double[] ofSpikes = reaching(population, population.name(), step, sample);
            int winner = winner(ran, lif, population, step, sample);
            List<double[]> ofVariables = new ArrayList<>();
            for (String variable : variables) {
                ofVariables.add(reaching(population, population.name() + "." + variable, step, sample));
            }
            for (int i = 0; i < size; i++) {
                NaiveLifBack back = of(population, sample, i);
                back.before = value(population, variables.get(0), step - 1, sample, i);
                back.second = variables.size() < 2 ? 0 : value(population, variables.get(1), step - 1, sample, i);
                back.third = variables.size() < 3 ? 0 : value(population, variables.get(2), step - 1, sample, i);
                back.identity = lif.join == null ? 0 : value(population, IDENTITY, step, sample, i);
                back.unreset = value(population, NaiveNetwork.UNRESET, step, sample, i);
                back.fired = ran.spike(population.name(), step, sample, i);
                back.firedBefore = step > 0 && ran.spike(population.name(), step - 1, sample, i);
                back.winner = winner == i;
                for (int v = 0; v < variables.size(); v++) {
                    back.ofVariables[v] = arithmetic.plus(ofVariables.get(v)[i], back.ofVariables[v]);
                }
                back.ofSpike = arithmetic.plus(ofSpikes[i], back.ofFiredBefore);
                back.ofFiredBefore = 0;
                back.step(i);
                gradients.get(population.name() + "/" + Neuron.CURRENT)[step][sample * size + i] = back.ofCurrent;
                gradients.get(population.name() + "/" + Neuron.FEEDBACK)[step][sample * size + i] = back.ofFedBack;
                gradients.get(population.name() + "/" + IDENTITY)[step][sample * size + i] = back.ofIdentity;
                gradients.get(population.name())[step][sample * size + i] = ofSpikes[i];
            }
        }
    }

    public NaiveLifBack of(Population population, int sample, int i) {
        return Objects.requireNonNull(neurons.get(population.name()))[sample][i];
    }

    private float value(Population population, String variable, int step, int sample, int i) {
        return step < 0 ? 0 : ran.value(population.name(), variable, step, sample, i);
    }

    static int winner(NaiveNetwork ran, NaiveLif lif, Population population, int step, int sample) {
        int winner = -1;
        float largest = Float.NEGATIVE_INFINITY;
        for (int inside = 0; inside < population.size(); inside++) {
            int i = population.shape().torch(inside);
            float excess = ran.value(population.name(), NaiveNetwork.UNRESET, step, sample, i)
                    - lif.firing.threshold().value(i);
            if (winner < 0 || excess > largest) {
                largest = excess;
                winner = i;
            }
        }
        return winner;
    }

    /** Returns the gradients that reach a source: initial ones, then projections in order. */
    private double[] reaching(Population population, String source, int step, int sample) {
        int size = population.size();
        double[] sum = new double[size];
        boolean started = given.containsKey(source);
        if (started) {
            for (int i = 0; i < size; i++) {
                sum[i] = arithmetic.given(given.get(source)[step][sample * size + i]);
            }
        }
        for (Projection projection : network.projections()) {
            if (projection.source().name().equals(source)) {
                for (int delay : NaiveSparse.delays(projection)) {
                    int reached = step + delay;
                    double[] pulled = reached < end ? toSource(projection, delay, reached, sample) : new double[size];
                    for (int i = 0; i < size; i++) {
                        sum[i] = started ? arithmetic.plus(sum[i], pulled[i]) : pulled[i];
                    }
                    started = true;
                }
            }
        }
        return sum;
    }

    private double[] toSource(Projection projection, int delay, int step, int sample) {
        double[] pulled = NaiveSparse.isAlone(projection)
                ? ofSynapses(projection, delay, step, sample)
                : pulled(projection, step, sample).getFirst();
        NaiveNetwork.Noise noise = ran.noise(projection);
        for (int i = 0; noise != null && i < pulled.length; i++) {
            float factor = noise.of(step, sample, i);
            pulled[i] = factor == 0 && !Double.isFinite(pulled[i]) ? 0 : arithmetic.times(pulled[i], factor);
        }
        return pulled;
    }

    /** Returns gradients from synapses of a delay: targets ascending. */
    private double[] ofSynapses(Projection projection, int delay, int step, int sample) {
        NaiveSparse sparse = ran.sparse(projection);
        float[] weights = ran.weightsOf(sparse);
        double[] of = currents(projection, step).apply(sample);
        double[] back = new double[projection.source().shape().size()];
        for (int at = 0; at < weights.length; at++) {
            NaiveSparse.Synapse each = sparse.synapses.get(at);
            if (each.delay() + projection.delay() == delay) {
                double gradient = of[each.target()];
                back[each.source()] =
                        arithmetic.fma(gradient, NaiveNetwork.met(gradient, weights[at]), back[each.source()]);
            }
        }
        return back;
    }

    /** Returns the weight gradients of synapses, in their order. */
    private double[] weightsOfSynapses(Projection projection) {
        NaiveSparse sparse = ran.sparse(projection);
        boolean frame = frames.contains(projection.source().name())
                && NaiveSparse.delays(projection)[0] == 0
                && !NaiveSparse.isPart(network, projection);
        IntFunction<double[]> ofFrame = frame ? currentsOfFrame(projection) : sample -> new double[0];
        Map<List<Integer>, List<Row>> seen = new HashMap<>();
        Map<Integer, List<double[]>> made = new HashMap<>();
        double[] sum = new double[Math.max(1, sparse.synapses.size())]; // a matrix has at least one weight
        for (int at = 0; at < sparse.synapses.size(); at++) {
            NaiveSparse.Synapse each = sparse.synapses.get(at);
            int delay = each.delay() + projection.delay();
            float carried = Float.NaN;
            for (int step = frame ? first : end - 1; step >= first; step--) {
                int now = step;
                List<Row> sources = seen.computeIfAbsent(
                        List.of(step, delay),
                        _ -> samples(sample -> {
                            Row row = ran.seen(projection, now, delay, sample);
                            return frame ? new Row(NaiveNetwork.plain(row), null) : row;
                        }));
                List<double[]> results =
                        made.computeIfAbsent(step, _ -> samples(frame ? ofFrame : currents(projection, now)));
                sum[at] = plus(sum[at], sources, results, each.source(), each.target());
                Row row = sources.getFirst();
                carried = row.fires() == null ? carried : row.values()[each.source()];
            }
            sum[at] = Float.isNaN(carried) ? sum[at] : arithmetic.times(sum[at], carried);
        }
        return sum;
    }

    private <T> List<T> samples(IntFunction<T> of) {
        return IntStream.range(0, batch).mapToObj(of).toList();
    }

    /** Returns the gradients of a projection's source, and of each connection's output. */
    private List<double[]> pulled(Projection projection, int step, int sample) {
        return pulled(
                projection,
                currents(projection, step),
                sample,
                new Walk(0, projection.path().size(), step));
    }

    private IntFunction<double[]> currents(Projection projection, int step) {
        int size = projection.target().size();
        String port = projection.target().name() + "/" + projection.port();
        return sample -> {
            double[] of = new double[size];
            System.arraycopy(gradients.get(port)[step], sample * size, of, 0, size);
            return of;
        };
    }

    /** From after a place of a path down to a place, in a step. */
    private record Walk(int place, int end, int step) {}

    /** Takes gradients of the currents of each sample down to a place of the path. */
    private List<double[]> pulled(Projection projection, IntFunction<double[]> currents, int sample, Walk walk) {
        double[] of = currents.apply(sample);
        List<double[]> all = new ArrayList<>(List.of(of));
        List<Connection> path = projection.path();
        if (path.isEmpty()) {
            all.addFirst(multiply(ran.own(projection), of));
        }
        for (int i = walk.end - 1; i >= walk.place; i--) {
            if (path.get(i) instanceof BatchNorm) {
                List<double[]> ofAll = ofAll(projection, currents, new Walk(i + 1, walk.end, walk.step));
                of = norm(projection, i, walk.step).back(arithmetic, ofAll, sample);
            } else if (path.get(i) instanceof Pool pool) {
                float[] row = NaiveNetwork.plain(ran.rows(projection, walk.step - projection.delay(), sample)
                        .get(i));
                of = new NaivePool(
                                pool,
                                NaiveNetwork.before(path, i, projection.source().shape()))
                        .back(arithmetic, row, of);
            } else {
                of = back(projection, i, of);
            }
            all.addFirst(of);
        }
        return all;
    }

    private NaiveBatchNorm norm(Projection projection, int place, int step) {
        return ran.batchNorm(projection, place, step - projection.delay());
    }

    /** Returns the gradients of a connection's output, for each sample. */
    private List<double[]> ofAll(Projection projection, IntFunction<double[]> currents, Walk walk) {
        List<double[]> all = new ArrayList<>();
        for (int sample = 0; sample < batch; sample++) {
            all.add(pulled(projection, currents, sample, walk).getFirst());
        }
        return all;
    }

    private double[] back(Projection projection, int place, double[] of) {
        Shape target = projection.target().shape();
        return switch (ran.present(projection, place)) {
            case Dense dense -> dense(dense.weights(), of, Shape.of(of.length));
            case Recurrent recurrent ->
                dense(recurrent.weights(), of, of.length == target.size() ? target : Shape.of(of.length));
            case OneToOne own -> multiply(own.weights(), of);
            case OneToOne.Scale scale -> multiply(Parameter.of(scale.factor()), of);
            case Flatten _ -> of;
            case Convolution _ -> convolution(projection, place).pulled(of);
            case BatchNorm _, Dense.ByOpenBlas _, Dense.Integers _, Pool _, Psn _, Sparse _ ->
                throw new AssertionError(projection + " has no gradient");
        };
    }

    private NaiveConvolutionBack convolution(Projection projection, int place) {
        Convolution declared = (Convolution) ran.present(projection, place);
        Shape shape = NaiveNetwork.before(
                projection.path(), place, projection.source().shape());
        return new NaiveConvolutionBack(arithmetic, declared, shape);
    }

    /** Blocks of eight samples ascending; in each steps descending, in a step samples ascending. */
    private double[] weightsOfConvolution(Projection projection, int place) {
        NaiveConvolutionBack back = convolution(projection, place);
        boolean frame = isFrame(projection, place);
        IntFunction<double[]> ofFrame = frame ? currentsOfFrame(projection) : sample -> new double[0];
        double[] sum = back.zeros();
        float @Nullable [] carried = null;
        for (int block = 0; block < batch; block += NaiveConvolutionBack.BLOCK) {
            double[] own = back.zeros();
            for (int step = frame ? first : end - 1; step >= first; step--) {
                for (int sample = block; sample < Math.min(block + NaiveConvolutionBack.BLOCK, batch); sample++) {
                    Row row = (frame
                                    ? ran.rowsOfFrame(projection, first, sample)
                                    : ran.rows(projection, step - projection.delay(), sample))
                            .get(place);
                    List<double[]> of = frame
                            ? pulled(projection, ofFrame, sample, new Walk(0, apart(projection), first))
                            : pulled(projection, step, sample);
                    back.add(row, of.get(place + 1), own);
                    carried = row.fires() == null ? carried : row.values();
                }
            }
            back.addBlock(own, sum);
        }
        if (carried != null) {
            back.carry(carried, sum);
        }
        return sum;
    }

    private double[] dense(FloatMatrix weights, double[] of, Shape order) {
        double[] back = new double[weights.columns()];
        for (int i = 0; i < back.length; i++) {
            for (int k = 0; k < of.length; k++) {
                int output = order.torch(k);
                back[i] = arithmetic.fma(of[output], NaiveNetwork.met(of[output], weights.get(output, i)), back[i]);
            }
        }
        return back;
    }

    private double[] multiply(Parameter weights, double[] of) {
        double[] back = new double[of.length];
        for (int i = 0; i < of.length; i++) {
            back[i] = arithmetic.times(of[i], NaiveNetwork.met(of[i], weights.value(i)));
        }
        return back;
    }

    public double[] ofSpikes(Population population, int step) {
        return gradients.get(population.name())[step];
    }

    /** Returns the gradients of a connection's values; a missing bias has none. */
    public double[] ofValues(Projection projection, int place) {
        double[] all = weights(projection, place);
        return switch (projection.path().get(place)) {
            case Dense dense when !dense.biased() -> Arrays.copyOf(all, all.length - dense.outputs());
            case Recurrent dense when !dense.biased() -> Arrays.copyOf(all, all.length - dense.outputs());
            default -> all;
        };
    }

    /**
     * Returns the weight gradients of a connection, in torch's layout; for a dense one the bias follows, even if it is
     * missing.
     */
    public double[] weights(Projection projection, int place) {
        if (projection.path().get(place) instanceof Convolution) {
            return weightsOfConvolution(projection, place);
        }
        if (NaiveSparse.isAlone(projection)) {
            return weightsOfSynapses(projection);
        }
        if (isFrame(projection, place)) {
            return weightsOfFrame(projection, place);
        }
        Connection connection = projection.path().get(place);
        if (connection instanceof BatchNorm norm) {
            return norm.affine() ? ofNorm(norm, projection, place) : new double[0];
        }
        int inputs = -1;
        int outputs = -1;
        double[] sum = {};
        float @Nullable [] carried = null;
        for (int step = end - 1; step >= first; step--) {
            List<Row> sources = new ArrayList<>();
            List<double[]> results = new ArrayList<>();
            for (int sample = 0; sample < batch; sample++) {
                sources.add(
                        ran.rows(projection, step - projection.delay(), sample).get(place));
                results.add(pulled(projection, step, sample).get(place + 1));
            }
            if (inputs < 0) {
                inputs = sources.getFirst().values().length;
                outputs = results.getFirst().length;
                sum = new double[connection instanceof OneToOne ? inputs : (inputs + 1) * outputs];
            }
            if (sources.getFirst().fires() != null) {
                carried = sources.getFirst().values();
            }
            if (connection instanceof OneToOne) {
                for (int i = 0; i < inputs; i++) {
                    sum[i] = plus(sum[i], sources, results, i, i);
                }
                continue;
            }
            for (int output = 0; output < outputs; output++) {
                for (int i = 0; i < inputs; i++) {
                    int at = output * inputs + i;
                    sum[at] = plus(sum[at], sources, results, i, output);
                }
                int bias = outputs * inputs + output;
                sum[bias] = plus(sum[bias], null, results, 0, output);
            }
        }
        for (int i = 0; carried != null && i < inputs; i++) {
            for (int at = i; at < (connection instanceof OneToOne ? inputs : inputs * outputs); at += inputs) {
                sum[at] = arithmetic.times(sum[at], carried[i]);
            }
        }
        return sum;
    }

    private double[] ofNorm(BatchNorm norm, Projection projection, int place) {
        double[] sum = new double[norm.channels() * Math.max(2, norm.steps())];
        for (int step = end - 1; step >= first; step--) {
            Walk walk = new Walk(place + 1, projection.path().size(), step);
            List<double[]> all = ofAll(projection, currents(projection, step), walk);
            double[] ofStep = norm.steps() == 0 ? sum : new double[2 * norm.channels()];
            norm(projection, place, step).add(arithmetic, all, ofStep);
            if (norm.steps() > 0) {
                System.arraycopy(ofStep, 0, sum, step * norm.channels(), norm.channels());
            }
        }
        return Arrays.copyOf(sum, norm.channels() * (norm.steps() == 0 ? 2 : norm.steps()));
    }

    /** Returns the first place of a path whose values depend on the step, or the end. */
    private static int apart(Projection projection) {
        int place = 0;
        for (Connection each : projection.path()) {
            if (each instanceof BatchNorm norm && norm.steps() > 0) {
                break;
            }
            place++;
        }
        return place;
    }

    /** Returns true if all steps have equal rows at a place. */
    private boolean isFrame(Projection projection, int place) {
        return frames.contains(projection.source().name()) && projection.delay() == 0 && place < apart(projection);
    }

    /** Returns gradients of all steps, at the end or where steps begin to differ. */
    private IntFunction<double[]> currentsOfFrame(Projection projection) {
        return sample -> {
            double[] sum = {};
            for (int step = end - 1; step >= first; step--) {
                Walk walk = new Walk(apart(projection), projection.path().size(), step);
                double[] of = pulled(projection, currents(projection, step), sample, walk)
                        .getFirst();
                sum = step == end - 1 ? new double[of.length] : sum;
                for (int i = 0; i < of.length; i++) {
                    sum[i] = arithmetic.plus(sum[i], of[i]);
                }
            }
            return sum;
        };
    }

    /**
     * Gradients of currents are summed over steps, and go back once; each sample is one multiply-add, and a plain
     * addition for the bias.
     */
    private double[] weightsOfFrame(Projection projection, int place) {
        List<Row> sources = new ArrayList<>();
        List<double[]> results = new ArrayList<>();
        IntFunction<double[]> currents = currentsOfFrame(projection);
        if (projection.path().get(place) instanceof BatchNorm norm) {
            double[] sums = new double[2 * norm.channels()];
            List<double[]> all = ofAll(projection, currents, new Walk(place + 1, apart(projection), first));
            norm(projection, place, first).add(arithmetic, all, sums);
            return norm.affine() ? sums : new double[0];
        }
        for (int sample = 0; sample < batch; sample++) {
            sources.add(ran.rowsOfFrame(projection, first, sample).get(place));
            results.add(pulled(projection, currents, sample, new Walk(0, apart(projection), first))
                    .get(place + 1));
        }
        int inputs = sources.getFirst().values().length;
        int outputs = results.getFirst().length;
        boolean own = projection.path().get(place) instanceof OneToOne;
        double[] sums = new double[own ? inputs : (inputs + 1) * outputs];
        for (int output = 0; output < outputs; output++) {
            for (int i = own ? output : 0; i < (own ? output + 1 : inputs); i++) {
                int at = own ? i : output * inputs + i;
                sums[at] = plus(sums[at], sources, results, i, output);
            }
            for (int sample = 0; sample < batch && !own; sample++) {
                int bias = outputs * inputs + output;
                sums[bias] = arithmetic.plus(sums[bias], results.get(sample)[output]);
            }
        }
        return sums;
    }

    private double plus(double start, @Nullable List<Row> sources, List<double[]> results, int input, int output) {
        double sum = start;
        if (sources != null && sources.getFirst().fires() == null) {
            for (int sample = 0; sample < batch; sample++) {
                float value = sources.get(sample).values()[input];
                double gradient = results.get(sample)[output];
                sum = arithmetic.fma(value == 0 && !Double.isFinite(gradient) ? 0 : gradient, value, sum);
            }
            return sum;
        }
        for (int group = 0; group < batch; group += 4) {
            double part = -0.0;
            for (int sample = group; sample < Math.min(group + 4, batch); sample++) {
                boolean fires = sources == null
                        || Objects.requireNonNull(sources.get(sample).fires())[input];
                part = fires ? arithmetic.plus(part, results.get(sample)[output]) : part;
            }
            sum = arithmetic.plus(sum, part);
        }
        return sum;
    }
}
