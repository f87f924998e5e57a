package dev.spikelane.engine.plastic;

import dev.spikelane.connection.operator.PackedOperator;
import dev.spikelane.equation.Rule;
import dev.spikelane.equation.Rule.Space;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Program;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Packed synapses of dense connections and convolutions, which inputs reach by windows. */
final class WindowSynapses extends RuleSynapses {

    private final Arena arena;
    private final RuleValues<?> values;
    private final Map<String, FloatMatrix> variables;
    private final int batch;
    private final Window[] reach;
    private final int groups;
    /** Outputs of a group. */
    private final int outputs;
    /** For each group, the inputs of a window and the outputs whose synapses have changes. */
    private final SpikeMatrix rows;

    private final SpikeMatrix columns;
    /** For each output, the inputs of its window whose synapses have changes; null if they are always all inputs. */
    private final @Nullable SpikeMatrix met;

    WindowSynapses(
            Arena arena, RuleValues<?> values, PackedOperator operator, Map<String, FloatMatrix> variables, int batch) {
        this.arena = arena;
        this.values = values;
        this.variables = variables;
        this.batch = batch;
        this.reach = operator.reach();
        this.groups = reach.length;
        this.outputs = operator.synapses()[0].outputs();
        this.rows = SpikeMatrix.zeros(arena, groups, reach[0].size());
        this.columns = SpikeMatrix.zeros(arena, groups, outputs);
        this.met = isDense() ? null : SpikeMatrix.zeros(arena, groups * outputs, reach[0].size());
    }

    private PackedLoop loop(Function<Graph, Program> program, List<String> shared) {
        return new PackedLoop(arena, values, reach, met, program, variables, shared);
    }

    @Override
    Phase along(Rule.Block block, List<Rule.Block> behind) {
        Rule rule = values.rule();
        boolean applied = block.space() == Space.POST && behind.isEmpty() && isDense() && batch == 1;
        PackedLoop loop = loop(
                graph -> rule.program(block, applied, graph),
                block.onSpike() ? rule.variables(block.space()) : List.of());
        if (!block.onSpike()) {
            return (_, _) -> all(loop);
        }
        return block.space() == Space.PRE ? (in, _) -> inputs(loop, in) : (_, out) -> outputs(loop, applied, out);
    }

    @Override
    Phase apply() {
        PackedLoop loop = loop(values.rule()::apply, List.of());
        return (_, _) -> apply(loop);
    }

    private boolean isDense() {
        return reach[0].y().equals(Window.Axis.ONE) && reach[0].x().equals(Window.Axis.ONE) && groups == 1;
    }

    /** Runs along the synapses of each input that fires; for maps, at all positions that it reaches, ascending. */
    private void inputs(PackedLoop loop, SpikeMatrix in) {
        Window all = reach[0];
        boolean together = isDense() && !loop.takesInputs();
        for (int sample = 0; sample < batch; sample++) {
            for (int input = in.next(sample, 0); input >= 0; input = in.next(sample, input + 1)) {
                if (together) {
                    loop.add(input);
                    rows.set(0, input, true);
                    continue;
                }
                loop.input(sample, input);
                int channel = input % all.allChannels();
                int at = input / all.allChannels();
                inputs(
                        loop,
                        sample,
                        channel,
                        at / all.x().inputs(),
                        at % all.x().inputs());
            }
            passed += loop.rows(0, sample, 0);
        }
    }

    private void inputs(PackedLoop loop, int sample, int channel, int y, int x) {
        int group = channel / reach[0].channels();
        Window window = reach[group];
        for (int ky = window.y().kernel() - 1; ky >= 0; ky--) {
            int row = position(window.y(), y, ky);
            for (int kx = window.x().kernel() - 1; kx >= 0; kx--) {
                int column = position(window.x(), x, kx);
                if (row >= 0 && column >= 0) {
                    int k = (ky * window.x().kernel() + kx) * window.channels() + channel - window.firstChannel();
                    loop.add(k);
                    rows.set(group, k, true);
                    passed += loop.rows(group, sample, row * window.x().outputs() + column);
                }
            }
        }
    }

    /** Returns the position whose window has an input at a place; negative if there is none. */
    private static int position(Window.Axis axis, int input, int place) {
        int from = input + axis.padding() - place * axis.dilation();
        int position = from / axis.stride();
        return from >= 0 && from % axis.stride() == 0 && position < axis.outputs() ? position : -1;
    }

    /** Runs along the synapses of each output that fires, and applies their changes if no others can follow. */
    private void outputs(PackedLoop loop, boolean applied, SpikeMatrix out) {
        int channels = groups * outputs;
        for (int sample = 0; sample < batch; sample++) {
            for (int output = out.next(sample, 0); output >= 0; output = out.next(sample, output + 1)) {
                loop.output(sample, output);
                int group = output % channels / outputs;
                int column = output % outputs;
                SpikeMatrix others = applied && !columns.get(group, column) ? rows : null;
                passed += loop.column(group, column, sample, output / channels, others);
                columns.set(group, column, !applied);
                changed = true;
            }
        }
    }

    /** Runs along all synapses. */
    private void all(PackedLoop loop) {
        for (int group = 0; group < groups; group++) {
            for (int k = 0; k < reach[group].size(); k++) {
                loop.add(k);
            }
            passed += loop.rows(group, 0, -1);
        }
        changed = true;
    }

    /** Applies the changes by spikes. */
    private void apply(PackedLoop loop) {
        for (int group = 0; group < groups; group++) {
            for (int k = rows.next(group, 0); k >= 0; k = rows.next(group, k + 1)) {
                loop.add(k);
                changed = true;
            }
            loop.rows(group, 0, -1);
            for (int output = columns.next(group, 0); output >= 0; output = columns.next(group, output + 1)) {
                loop.column(group, output, 0, -1, null);
                changed = true;
            }
        }
        rows.clear();
        columns.clear();
        if (met != null) {
            met.clear();
        }
    }
}
