package dev.spikelane.model;

import dev.spikelane.io.NirFile;
import dev.spikelane.io.file.FileText;
import dev.spikelane.kernel.Reset;
import dev.spikelane.model.FlatGraph.FlatNode;
import dev.spikelane.simd.Checks;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Options of the conversion from a NIR graph to a network. NIR has differential equations and no time step, so these
 * options add facts that a file lacks; {@link NirModel#semantics} repeats them.
 *
 * <p>Each step has this order. The values of several edges are added. A synapse takes its input, {@code i += dt /
 * tau_syn * (w_in * S - i)}. The membrane takes the new current, {@code v += dt / tau * (v_leak - v + r * i)}, or
 * {@code v += dt * r * S} without a leak. A neuron with {@code v > v_threshold} fires and is set to {@code v_reset} in
 * the same step. An edge that closes a cycle is one step late, delays are rounded to steps, and a repeated edge counts
 * once.
 *
 * <p>These are steps of Euler's method. {@link #withExactDecay} uses {@code 1 - exp(-dt / tau)} instead of {@code dt /
 * tau}, as Rockpool, sinabs and Nengo do. The default step is 0.1 ms, as in snnTorch and Norse. If {@code r} is 1 for
 * all neurons of an {@code IF} and no step is set, each input counts once, as in sinabs and snnTorch. An RSynaptic
 * written by snnTorch resets at the next step, as in snnTorch, unless {@code withReset} is called. Files can only
 * express a reset to {@code v_reset}; snnTorch and sinabs also write it for neurons that subtract their threshold, and
 * {@link #withReset} restores that.
 */
public final class NirImport {

    /** Steps of 0.1 ms by Euler's method, and the resets of the file. */
    public static final NirImport DEFAULT = new NirImport(0, false, Reset.CLEAR, null);

    private static final double USUAL = 1e-4;
    /** Suffix of neurons that snnTorch writes with a recurrence. */
    private static final String NEURONS = "lif";

    private final double declared;
    private final boolean exact;
    private final Reset reset;
    /** Null without {@link #withReset}. */
    private final Reset.@Nullable Time resetTime;

    private NirImport(double declared, boolean exact, Reset reset, Reset.@Nullable Time resetTime) {
        this.declared = declared;
        this.exact = exact;
        this.reset = Objects.requireNonNull(reset, "reset");
        this.resetTime = resetTime;
    }

    /**
     * Returns these options with another time step, which also counts for neurons with {@code r = 1}.
     *
     * @param seconds the step in the unit of the file's time constants, above 0
     * @return the options
     * @throws IllegalArgumentException if {@code seconds} is not above 0, or infinite
     */
    public NirImport withTimeStep(double seconds) {
        Checks.require(seconds > 0 && !Double.isInfinite(seconds), "time step", seconds, "above 0");
        return new NirImport(seconds, exact, reset, resetTime);
    }

    /**
     * Returns these options with membranes and synapses that decay by {@code exp(-dt / tau)}.
     *
     * @return the options
     */
    public NirImport withExactDecay() {
        return new NirImport(declared, true, reset, resetTime);
    }

    /**
     * Returns these options with a reset that replaces the file's.
     *
     * @param kind the effect of a spike
     * @param time the step of the effect; snnTorch's default is {@code SUBTRACT} at the {@code NEXT_STEP}
     * @return the options
     */
    public NirImport withReset(Reset kind, Reset.Time time) {
        return new NirImport(declared, exact, kind, Objects.requireNonNull(time, "time"));
    }

    /**
     * Reads a file.
     *
     * @param file a file of {@link NirFile}
     * @return the network
     * @throws IOException if the file cannot be read, is not a NIR graph, or has no equivalent network; the message
     *     starts with the file's name
     */
    public NirModel read(Path file) throws IOException {
        NirFile found = NirFile.read(file);
        return of(file.toString(), found);
    }

    /**
     * Reads a stream to its end; it stays open.
     *
     * @param name the name of the stream in messages
     * @param stream the bytes of a file of NIR
     * @return the network
     * @throws IOException as {@link #read(Path)} does
     */
    public NirModel read(String name, InputStream stream) throws IOException {
        return of(name, NirFile.read(name, stream));
    }

    /**
     * Converts the graph of a file to a network.
     *
     * @param name the name of the file in messages
     * @param file the content of a file
     * @return the network
     * @throws IOException if the graph has no equivalent network; the message starts with the name
     */
    public NirModel of(String name, NirFile file) throws IOException {
        Objects.requireNonNull(name, "name");
        try {
            NirModel made = of(file.graph());
            return made.named(name, file.warnings());
        } catch (IllegalArgumentException refused) {
            throw new IOException(FileText.escaped(name + ": " + refused.getMessage()), refused);
        }
    }

    /**
     * Converts a graph to a network.
     *
     * @param graph a graph of NIR
     * @return the network
     * @throws IllegalArgumentException if the graph has no equivalent network
     */
    public NirModel of(NirFile.Graph graph) {
        return of(graph, false);
    }

    /**
     * @param everyNode true for a population of each node, so that all outputs can be recorded
     */
    NirModel of(NirFile.Graph graph, boolean everyNode) {
        try {
            FlatGraph flat = FlatGraph.of(graph);
            return new NirAssembly(this, flat, everyNode).model();
        } catch (IOException | ArithmeticException refused) {
            throw new IllegalArgumentException(FileText.escaped(String.valueOf(refused.getMessage())), refused);
        } catch (OutOfMemoryError refused) {
            throw new IllegalArgumentException("the network needs more memory than there is", refused);
        }
    }

    /**
     * Returns the time step.
     *
     * @return the value of {@link #withTimeStep}; 0.0001 by default
     */
    public double timeStep() {
        return dt();
    }

    /**
     * Returns true if a time step was set; otherwise integrators with {@code r = 1} add each input once a step.
     *
     * @return true after {@link #withTimeStep}
     */
    public boolean saysTimeStep() {
        return declared != 0;
    }

    /**
     * Returns the decay of membranes and synapses.
     *
     * @return true for {@code exp(-dt / tau)}, false for Euler's method
     */
    public boolean decaysExactly() {
        return exact;
    }

    /**
     * Returns the nodes that snnTorch writes for its RSynaptic.
     *
     * @param graph a graph of NIR
     * @return the names of nodes that reset at the next step without an option
     * @throws IllegalArgumentException if the graph has no equivalent network
     */
    public Set<String> lateResets(NirFile.Graph graph) {
        try {
            return FlatGraph.of(graph).order.stream()
                    .filter(this::resetsLate)
                    .map(node -> node.name)
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException refused) {
            throw new IllegalArgumentException(FileText.escaped(String.valueOf(refused.getMessage())), refused);
        }
    }

    /**
     * Returns true if snnTorch wrote the node for its RSynaptic, which never resets in the same step, whatever its
     * {@code reset_delay}. Its names, its recurrence, and unscaled inputs identify such a node.
     */
    private boolean resetsLate(FlatNode node) {
        if (resetTime != null || node.primitive != NirPrimitive.CUBA_LIF || !node.name.endsWith(NEURONS)) {
            return false;
        }
        String recurrence = node.name.substring(0, node.name.length() - NEURONS.length()) + "w_rec";
        double[] synapses = node.declared.numbers("tau_syn");
        double[] membranes = node.declared.numbers("tau_mem");
        double[] weights = node.value("w_in") == null ? new double[] {1} : node.declared.numbers("w_in");
        double[] r = node.declared.numbers("r");
        boolean plain = node.value("v_reset") == null || isAlwaysZero(node.declared.numbers("v_reset"));
        for (int i = 0; i < Math.max(r.length, synapses.length) && plain; i++) {
            double taus = synapses[i % synapses.length] * membranes[i % membranes.length];
            plain = Math.abs(r[i % r.length] * weights[i % weights.length] * dt() * dt() / taus - 1) < 1e-4;
        }
        return plain
                && isAlwaysZero(node.declared.numbers("v_leak"))
                && node.sources.stream()
                        .anyMatch(each -> each.name.equals(recurrence)
                                && each.sources.equals(Set.of(node))
                                && each.targets.equals(Set.of(node)));
    }

    private static boolean isAlwaysZero(double... values) {
        return Arrays.stream(values).allMatch(value -> value == 0);
    }

    double dt() {
        return declared == 0 ? USUAL : declared;
    }

    double dt(FlatNode node) {
        return countsUnits(node) ? 1 : dt();
    }

    /** Returns true if each step adds the unscaled input to integrators. */
    boolean countsUnits(FlatNode node) {
        if (declared != 0 || node.primitive != NirPrimitive.IF) {
            return false;
        }
        for (double r : node.declared.numbers("r")) {
            if (r != 1) {
                return false;
            }
        }
        return true;
    }

    Reset reset() {
        return reset;
    }

    Reset.Time resetTime(FlatNode node) {
        return resetsLate(node) ? Reset.Time.NEXT_STEP : resets();
    }

    Reset.Time resets() {
        return Objects.requireNonNullElse(resetTime, Reset.Time.SAME_STEP);
    }

    @Override
    public String toString() {
        return "steps of " + dt() + " s" + (declared == 0 ? ", which the file does not say" : "") + "; "
                + (exact ? "exact decay" : "Euler's method") + "; reset " + reset + " at the " + resets();
    }
}
