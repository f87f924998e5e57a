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

/** Pools of one and two dimensions, whose options have torch's names in files. */
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
    public SequencedMap<String, Number> options(Pool declared) {
        SequencedMap<String, Number> options = new LinkedHashMap<>();
        options.put(MAX, declared.rule() == Pool.Rule.MAX ? 1 : 0);
        options.put(AVERAGE, declared.rule() == Pool.Rule.AVERAGE ? 1 : 0);
        put(options, declared.y(), HEIGHT);
        put(options, declared.x(), WIDTH);
        options.put(CEIL, declared.ceil() ? 1 : 0);
        options.put(COUNTS_PADDING, declared.countsPadding() ? 1 : 0);
        if (declared.rule() == Pool.Rule.SPREAD) {
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
    public Operator bind(Arena arena, Pool declared, Shape rows, Parameter spikeValue) {
        Shape made = declared.outputShape(rows);
        Window.Axis x = window(declared, declared.x(), rows.width(), made.width());
        Window window = new Window(
                rows.channels(),
                rows.rank() == 2 ? Window.Axis.ONE : window(declared, declared.y(), rows.height(), made.height()),
                x);
        MapPool pool = switch (declared.rule()) {
            case MAX -> MapPool.max(window);
            case AVERAGE -> MapPool.average(window, declared.countsPadding());
            case SUM, SPREAD -> MapPool.sum(window);
        };
        return new PoolOperator(declared, pool, spikeValue.values());
    }

    /**
     * Returns the windows. A pool that spreads values has windows of a transposed kernel, which read one value each.
     */
    private static Window.Axis window(Pool declared, Pool.Axis axis, int inputs, int outputs) {
        if (declared.rule() == Pool.Rule.SPREAD) {
            return new Window.Axis(inputs, axis.size(), 1, axis.size() - 1, 1, outputs, axis.size());
        }
        int kernel = axis.size() == 0 ? inputs : axis.size();
        return new Window.Axis(inputs, kernel, axis.stride(), axis.padding(), axis.dilation(), outputs);
    }

    @Override
    public Connection read(JsonValue declared, StoredValues values) throws IOException {
        boolean spreads = declared.members().containsKey(SPREAD) && flag(declared, SPREAD);
        Pool.Rule sums = flag(declared, AVERAGE) ? Pool.Rule.AVERAGE : spreads ? Pool.Rule.SPREAD : Pool.Rule.SUM;
        if (flag(declared, MAX) && sums != Pool.Rule.SUM) {
            throw declared.member(MAX).unexpected("0 for a pool that has another rule");
        }
        Pool read = new Pool(
                flag(declared, MAX) ? Pool.Rule.MAX : sums,
                axis(declared, HEIGHT),
                axis(declared, WIDTH),
                flag(declared, CEIL),
                flag(declared, COUNTS_PADDING));
        requireOptions(declared, options(read).keySet());
        return read;
    }

    private static boolean flag(JsonValue declared, String name) throws IOException {
        return declared.member(name).integer(0, 1) == 1;
    }

    private static Pool.Axis axis(JsonValue declared, String along) throws IOException {
        return new Pool.Axis(
                (int) declared.member("kernel" + along).integer(0, Integer.MAX_VALUE),
                (int) declared.member("stride" + along).integer(1, Integer.MAX_VALUE),
                (int) declared.member("padding" + along).integer(0, Integer.MAX_VALUE),
                (int) declared.member("dilation" + along).integer(1, Integer.MAX_VALUE));
    }
}
