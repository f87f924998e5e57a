package dev.spikelane.connection.kind;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Pool;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.PoolOperator;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.kernel.pool.MapPool;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.simd.Window;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** Pools of one and two dimensions, whose options files call as torch does. */
final class PoolKind extends ConnectionKind<Pool> {

    private static final String MAX = "max";
    private static final String AVERAGE = "average";
    private static final String SPREAD = "spread";
    private static final String CEIL = "ceil_mode";
    private static final String COUNTS_PADDING = "count_include_pad";
    private static final String HEIGHT = "_height";
    private static final String WIDTH = "_width";

    PoolKind() {
        super(Pool.class, "pool");
    }

    @Override
    public SequencedMap<String, Number> options(Pool said) {
        SequencedMap<String, Number> options = new LinkedHashMap<>();
        options.put(MAX, said.rule() == Pool.Rule.MAX ? 1 : 0);
        options.put(AVERAGE, said.rule() == Pool.Rule.AVERAGE ? 1 : 0);
        put(options, said.y(), HEIGHT);
        put(options, said.x(), WIDTH);
        options.put(CEIL, said.ceil() ? 1 : 0);
        options.put(COUNTS_PADDING, said.countsPadding() ? 1 : 0);
        if (said.rule() == Pool.Rule.SPREAD) {
            options.put(SPREAD, 1);
        }
        return options;
    }

    private static void put(SequencedMap<String, Number> options, Pool.Axis axis, String along) {
        options.put("kernel" + along, axis.size());
        options.put("stride" + along, axis.stride());
        options.put("padding" + along, axis.padding());
        options.put("dilation" + along, axis.dilation());
    }

    @Override
    public Operator bind(Arena arena, Pool said, Shape rows, Parameter spikeValue) {
        Shape made = said.outputShape(rows);
        Window.Axis x = window(said, said.x(), rows.width(), made.width());
        Window window = new Window(
                rows.channels(),
                rows.rank() == 2 ? Window.Axis.ONE : window(said, said.y(), rows.height(), made.height()),
                x);
        MapPool pool = switch (said.rule()) {
            case MAX -> MapPool.max(window);
            case AVERAGE -> MapPool.average(window, said.countsPadding());
            case SUM, SPREAD -> MapPool.sum(window);
        };
        return new PoolOperator(said, pool, spikeValue.values());
    }

    /** The windows; those of a spread are of a transposed kernel, each of which reads one value. */
    private static Window.Axis window(Pool said, Pool.Axis axis, int inputs, int outputs) {
        if (said.rule() == Pool.Rule.SPREAD) {
            return new Window.Axis(inputs, axis.size(), 1, axis.size() - 1, 1, outputs, axis.size());
        }
        int kernel = axis.size() == 0 ? inputs : axis.size();
        return new Window.Axis(inputs, kernel, axis.stride(), axis.padding(), axis.dilation(), outputs);
    }

    @Override
    public Connection read(JsonValue said, StoredValues values) throws IOException {
        boolean spreads = said.members().containsKey(SPREAD) && flag(said, SPREAD);
        Pool.Rule sums = flag(said, AVERAGE) ? Pool.Rule.AVERAGE : spreads ? Pool.Rule.SPREAD : Pool.Rule.SUM;
        if (flag(said, MAX) && sums != Pool.Rule.SUM) {
            throw said.member(MAX).unexpected("0 for a pool that has another rule");
        }
        Pool read = new Pool(
                flag(said, MAX) ? Pool.Rule.MAX : sums,
                axis(said, HEIGHT),
                axis(said, WIDTH),
                flag(said, CEIL),
                flag(said, COUNTS_PADDING));
        requireOptions(said, options(read).keySet());
        return read;
    }

    private static boolean flag(JsonValue said, String name) throws IOException {
        return said.member(name).integer(0, 1) == 1;
    }

    private static Pool.Axis axis(JsonValue said, String along) throws IOException {
        return new Pool.Axis(
                (int) said.member("kernel" + along).integer(0, Integer.MAX_VALUE),
                (int) said.member("stride" + along).integer(1, Integer.MAX_VALUE),
                (int) said.member("padding" + along).integer(0, Integer.MAX_VALUE),
                (int) said.member("dilation" + along).integer(1, Integer.MAX_VALUE));
    }
}
