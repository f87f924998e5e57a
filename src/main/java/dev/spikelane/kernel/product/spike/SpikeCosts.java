package dev.spikelane.kernel.product.spike;

import dev.spikelane.kernel.base.Cpu;
import dev.spikelane.kernel.base.SimdWidth;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.ElementType;
import java.util.Locale;

/**
 * What the variants of {@link SpikeMatmul} and of products of integers cost on a machine, in nanoseconds for 64
 * outputs. {@link Tuner} starts from them; they never change bits.
 *
 * <p>Constants of some CPUs ship with the library; a variant that was not measured there is guessed high. The system
 * property {@value #PROPERTY} says which serve: {@code auto} (the default: those of this CPU model, which decide alone
 * where they were measured with the loops that there are; elsewhere those of the most similar one, as a start for
 * learning), {@code learn} (the same, as a start on every
 * CPU), the name of a shipped set ({@code zen3}, {@code zen4}, {@code zen5}, {@code sapphire-rapids}, {@code lanes4},
 * {@code lanes8}, {@code lanes16}), or constants as {@link #text} writes them.
 *
 * @param name where they come from
 * @param active visiting active inputs
 * @param wide tables of 64 outputs and 16 inputs
 * @param narrow tables of 32 outputs and 32 inputs
 * @param lists lists of table entries
 * @param dense spikes as numbers
 * @param permute tables in registers
 * @param integers products of integer weights
 */
public record SpikeCosts(
        String name,
        Active active,
        Panel wide,
        Panel narrow,
        Lists lists,
        Dense dense,
        Panel permute,
        IntegerCosts integers) {

    /** Name of the system property that fixes the constants. */
    public static final String PROPERTY = "spikelane.costs";

    /**
     * Of visiting active inputs.
     *
     * @param word of a word of spikes, 64 inputs of a row
     * @param group of a group of four inputs in which one is active
     * @param spike of an active input
     * @param foreseen active inputs of a tile of rows which the CPU's branch predictor keeps in mind from one block of
     *     outputs to the next
     */
    public record Active(double word, double group, double spike, int foreseen) {}

    /**
     * Of tables of all subsets of four inputs.
     *
     * @param make of making the table of a group, once for a tile of rows; infinite if this variant never serves
     * @param row of adding an entry of it to a row
     * @param tile rows of a tile
     */
    public record Panel(double make, double row, int tile) {

        double of(double groups, long rows) {
            return groups * (make * Math.ceilDiv(rows, (long) tile) + row * rows);
        }
    }

    /**
     * Of lists of table entries.
     *
     * @param make of making the table of a group, once for 1,024 rows; infinite if this variant never serves
     * @param section of a section of 128 inputs of a row
     * @param entry of an entry in a list
     */
    public record Lists(double make, double section, double entry) {}

    /**
     * Of multiplying by spikes as numbers.
     *
     * @param row of a group of four inputs of a row, of which there are a multiple of {@value SpikeFactors#ROWS};
     *     infinite if this variant never serves
     */
    public record Dense(double row) {

        double of(double groups, long rows) {
            return groups * row * Math.ceilDiv(rows, (long) SpikeFactors.ROWS) * SpikeFactors.ROWS;
        }
    }

    /**
     * The most rows of a tile of active inputs, and the most that are advised at a time: more currents leave the L2
     * cache (1,024 rows of 784 -> 1000 at density 0.02 take 5.2 ms in one tile, 4.3 in four; Zen 3, 2026-11).
     */
    public static final int MOST_ROWS_FORESEEN = 256;

    /** Blocks of 64 outputs of the layer that constants are fitted to, 784 -> 1000. */
    private static final int BLOCKS = 16;

    /** Measured on EPYC Zen 3 (family 25 model 1, 256 bits), 2026-11. */
    static final SpikeCosts ZEN_3 = new SpikeCosts(
            "zen3",
            new Active(6.5, 2.2, 2.25, 20_000),
            new Panel(50, 2.3, 512),
            new Panel(60, 2.6, 512),
            new Lists(58, 29, 2.2),
            new Dense(12),
            new Panel(150, 2.3, SpikePanels.ROWS),
            IntegerCosts.ZEN_3);

    /** Measured on EPYC 9004, Zen 4 (512 bits), 2026-11. */
    static final SpikeCosts ZEN_4 = new SpikeCosts(
            "zen4",
            new Active(3, 1.3, 1.5, 5_000),
            new Panel(34, 2, 64),
            new Panel(42, 1.85, 512),
            new Lists(34, 25, 1.7),
            new Dense(8),
            new Panel(137, 2.1, SpikePanels.ROWS),
            IntegerCosts.ZEN_3);

    /** Measured on EPYC Zen 5 (family 26 model 2, 512 bits), 2026-11. */
    static final SpikeCosts ZEN_5 = new SpikeCosts(
            "zen5",
            new Active(0.6, 0, 1.52, 20_000),
            new Panel(18.5, 1.08, 512),
            new Panel(24, 1.02, 512),
            new Lists(36, 10, 1.03),
            new Dense(2.5),
            new Panel(75, 0.82, SpikePanels.ROWS),
            IntegerCosts.ZEN_5);

    /** Measured on Emerald Rapids (family 6 model 207, 512 bits), 2026-11. */
    static final SpikeCosts SAPPHIRE_RAPIDS = new SpikeCosts(
            "sapphire-rapids",
            new Active(2, 0.9, 2.3, 10_000),
            new Panel(38, 1.45, 96),
            new Panel(45, 1.5, 512),
            new Lists(34, 22, 1.3),
            new Dense(10),
            new Panel(140, 2.3, SpikePanels.ROWS),
            IntegerCosts.ZEN_3);

    /** Measured on Zen 3 at 128 bits, 2026-11. */
    private static final SpikeCosts LANES_4 = new SpikeCosts(
            "lanes4",
            new Active(14.5, 2.6, 5, 20_000),
            new Panel(68, 6, 512),
            new Panel(95, 7.5, 512),
            new Lists(88, 29, 5.5),
            new Dense(22),
            new Panel(300, 6, SpikePanels.ROWS),
            IntegerCosts.ZEN_3);

    private static final SpikeCosts[] SHIPPED = {
        ZEN_3, ZEN_4, ZEN_5, SAPPHIRE_RAPIDS, LANES_4, ZEN_3.named("lanes8"), SAPPHIRE_RAPIDS.named("lanes16")
    };

    private static final String ASKED = System.getProperty(PROPERTY, "auto");

    private static final SpikeCosts SAID = of(ASKED);

    /**
     * Constants that were measured on the CPU decide alone: a network that has learned from them is as fast, but in its
     * first four seconds, half of which C2 takes, it does 6 to 30 percent less (Zen 5, 2026-11).
     */
    private static final boolean LEARNS =
            asks("learn") || asks("auto") && !isMeasured(Cpu.family(), Cpu.model(), SimdWidth.bits());

    private static volatile SpikeCosts inUse = SAID;
    private static volatile boolean fixed = !LEARNS;

    private static boolean asks(String word) {
        return ASKED.equalsIgnoreCase(word);
    }

    /**
     * Returns the constants that decide.
     *
     * @return the constants in use
     */
    public static SpikeCosts inUse() {
        return inUse;
    }

    /** Fixes the constants, unless the system property does: from then on nothing is learned. */
    public static boolean fix(SpikeCosts costs) {
        if (!asks("auto") && !asks("learn")) {
            return false;
        }
        inUse = costs;
        fixed = !LEARNS || !costs.equals(SAID);
        return true;
    }

    /**
     * Tells whether the constants are fixed, so that they decide alone.
     *
     * @return whether they are
     */
    public static boolean isFixed() {
        return fixed;
    }

    static SpikeCosts of(String asked) {
        if (asked.equalsIgnoreCase("auto") || asked.equalsIgnoreCase("learn")) {
            return shipped(Cpu.family(), Cpu.model(), SimdWidth.bits());
        }
        for (SpikeCosts costs : SHIPPED) {
            if (costs.name.equalsIgnoreCase(asked)) {
                return costs;
            }
        }
        return parse(asked);
    }

    /** The constants that ship for a CPU, by its family and model as x86 numbers them, and for the vectors in use. */
    static SpikeCosts shipped(int family, int model, int bits) {
        if (bits == SimdWidth.WIDEST) {
            // Zen 4: family 25, models 16-31 and 96-127; Zen 5: family 26; Sapphire and Emerald Rapids: models 143 and
            // 207
            return switch (family) {
                case 25 -> ZEN_4;
                case 26 -> ZEN_5;
                case 6 -> model == 143 || model == 207 ? SAPPHIRE_RAPIDS : SHIPPED[6];
                default -> SHIPPED[6];
            };
        }
        if (bits == 256) {
            return family == 25 && model < 16 ? ZEN_3 : SHIPPED[5];
        }
        return LANES_4;
    }

    /**
     * Whether the constants that ship for a CPU and vectors were measured on that very model, and its loops have hardly
     * changed since: tables of 512 bits have become a tenth faster since Zen 4 and Emerald Rapids were measured, and
     * those of 256 bits a few percent slower.
     */
    static boolean isMeasured(int family, int model, int bits) {
        return switch (family) {
            case 25 -> model == 1 && bits == 256;
            case 26 -> model == 2 && bits == 512;
            default -> false;
        };
    }

    SpikeCosts named(String other) {
        return new SpikeCosts(other, active, wide, narrow, lists, dense, permute, integers);
    }

    /** Reads what {@link #text} writes; what is left out is as in the shipped set of the vectors in use. */
    static SpikeCosts parse(String text) {
        SpikeCosts costs = shipped(0, 0, SimdWidth.bits()).named("given");
        for (String part : text.split(",", -1)) {
            String[] sides = part.split("=", -1);
            double[] numbers = numbers(text, sides);
            costs = switch (sides[0]) {
                case "active" -> costs.with(new Active(numbers[0], numbers[1], numbers[2], (int) numbers[3]));
                case "wide" -> costs.with(panel(numbers), costs.narrow, costs.permute);
                case "narrow" -> costs.with(costs.wide, panel(numbers), costs.permute);
                case "permute" -> costs.with(costs.wide, costs.narrow, panel(numbers));
                case "lists" -> costs.with(new Lists(numbers[0], numbers[1], numbers[2]));
                case "dense" -> costs.with(new Dense(numbers[0]));
                case "int8" -> costs.with(ElementType.INT8, integers(numbers));
                case "int16" -> costs.with(ElementType.INT16, integers(numbers));
                default -> throw wrong(text);
            };
        }
        return costs;
    }

    private static Panel panel(double[] numbers) {
        return new Panel(numbers[0], numbers[1], Math.min(SpikePanels.ROWS, (int) numbers[2]));
    }

    private static IntegerCosts.Product integers(double[] numbers) {
        return new IntegerCosts.Product(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    private static double[] numbers(String text, String[] sides) {
        String[] parts = sides.length == 2 ? sides[1].split("/", -1) : new String[0];
        int expected = switch (sides[0]) {
            case "active", "int8", "int16" -> 4;
            case "dense" -> 1;
            default -> 3;
        };
        // The last of these are rows or spikes.
        boolean endsInCount = switch (sides[0]) {
            case "lists", "dense", "int8", "int16" -> false;
            default -> true;
        };
        boolean fits = parts.length == expected;
        double[] numbers = new double[parts.length];
        for (int i = 0; i < parts.length && fits; i++) {
            try {
                numbers[i] = parts[i].equals("never") ? Double.POSITIVE_INFINITY : Double.parseDouble(parts[i]);
            } catch (NumberFormatException notANumber) {
                fits = false;
            }
            boolean counts = endsInCount && i == parts.length - 1;
            fits &= counts ? numbers[i] >= 1 && numbers[i] <= 1e9 : numbers[i] >= 0;
        }
        if (!fits) {
            throw wrong(text);
        }
        return numbers;
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException(PROPERTY + " is '" + text + "', expected auto, learn, zen3, zen4, zen5,"
                + " sapphire-rapids, lanes4, lanes8, lanes16, or constants such as '" + ZEN_3.text() + "'");
    }

    SpikeCosts with(Active other) {
        return new SpikeCosts(name, other, wide, narrow, lists, dense, permute, integers);
    }

    SpikeCosts with(Lists other) {
        return new SpikeCosts(name, active, wide, narrow, other, dense, permute, integers);
    }

    private SpikeCosts with(Dense other) {
        return new SpikeCosts(name, active, wide, narrow, lists, other, permute, integers);
    }

    private SpikeCosts with(ElementType type, IntegerCosts.Product product) {
        return new SpikeCosts(name, active, wide, narrow, lists, dense, permute, integers.with(type, product));
    }

    private SpikeCosts with(Panel otherWide, Panel otherNarrow, Panel otherPermute) {
        return new SpikeCosts(name, active, otherWide, otherNarrow, lists, dense, otherPermute, integers);
    }

    /**
     * Writes the constants as the system property takes them.
     *
     * @return such as {@code active=7.0/2.4/2.4/20000,wide=52.0/2.2/512,...}
     */
    public String text() {
        return "active=" + number(active.word) + "/" + number(active.group) + "/" + number(active.spike) + "/"
                + active.foreseen + ",wide=" + text(wide) + ",narrow=" + text(narrow) + ",lists=" + number(lists.make)
                + "/" + number(lists.section) + "/" + number(lists.entry) + ",dense=" + number(dense.row) + ",permute="
                + text(permute)
                + ",int8=" + text(integers.int8()) + ",int16=" + text(integers.int16());
    }

    private static String text(IntegerCosts.Product product) {
        return number(product.row()) + "/" + number(product.spike()) + "/" + number(product.make()) + "/"
                + number(product.panel());
    }

    private static String text(Panel panel) {
        return number(panel.make) + "/" + number(panel.row) + "/" + panel.tile;
    }

    private static String number(double number) {
        return Double.isInfinite(number) ? "never" : String.format(Locale.ROOT, "%.2f", number);
    }

    /** Rows of a tile. */
    int tile(SpikePanels.Shape shape) {
        return switch (shape) {
            case WIDE -> Math.min(wide.tile, SpikePanels.mostRows(shape));
            case NARROW -> Math.min(narrow.tile, SpikePanels.mostRows(shape));
            case LISTS -> SpikePanels.mostRows(shape);
        };
    }

    /** Rows whose active inputs are foreseen, where a row has as many as these have on average. */
    int rowsForeseen(long rows, long activeInputs) {
        return Math.clamp(active.foreseen * rows / Math.max(1, activeInputs), 1, MOST_ROWS_FORESEEN);
    }

    /** What a variant costs for 64 outputs, or for fewer if there are no more, in nanoseconds. */
    double of(SpikeMatmul.Variant variant, long rows, int inputs, int outputs, long activeInputs) {
        double preparing = preparing(variant);
        return of(variant, rows, inputs, activeInputs)
                * (share(variant, outputs) + preparing / Math.ceilDiv(outputs, PackedWeights.BLOCK))
                / (1 + preparing / BLOCKS);
    }

    /** What a variant does of its work for 64 outputs: tables are of 16 or 32, or of all. */
    private static double share(SpikeMatmul.Variant variant, int outputs) {
        int most = switch (variant) {
            case SCALAR, ACTIVE -> PackedWeights.BLOCK;
            case WIDE, NARROW, LISTS, DENSE -> SpikePanels.Shape.NARROW.bytes / Float.BYTES;
            case PERMUTE -> SpikePermuteVector.OUTPUTS;
        };
        return Math.min(1, Math.ceilDiv(outputs, most) * (double) most / PackedWeights.BLOCK);
    }

    /**
     * What a variant does once for all outputs, listing and laying out spikes, for the work that it does for 64 of them
     * (Zen 5, 2026-11: 200 rows of 784 -> 64 and 128, and of 1000 -> 10).
     */
    private static double preparing(SpikeMatmul.Variant variant) {
        return switch (variant) {
            case SCALAR -> 0;
            case ACTIVE -> 0.7;
            case DENSE -> 0.6;
            case WIDE -> 0.3;
            case NARROW -> 0.1;
            case LISTS -> 1.4;
            case PERMUTE -> 0.16;
        };
    }

    private double of(SpikeMatmul.Variant variant, long rows, int inputs, long activeInputs) {
        double groups = Math.ceilDiv(inputs, 4);
        return switch (variant) {
            case SCALAR, ACTIVE ->
                active.word * Math.ceilDiv(inputs, Long.SIZE) * rows
                        + active.group * activeGroups(groups, rows, inputs, activeInputs)
                        + active.spike * activeInputs;
            case WIDE -> wide.of(groups, rows);
            case NARROW -> narrow.of(groups, rows);
            case LISTS ->
                lists.make * groups * Math.ceilDiv(rows, (long) SpikePanels.ROWS)
                        + lists.section * Math.ceilDiv(inputs, 4 * SpikeLister.GROUPS) * rows
                        + lists.entry * activeGroups(groups, rows, inputs, activeInputs);
            case DENSE -> dense.of(groups, rows);
            case PERMUTE -> permute.of(groups, Math.ceilDiv(rows, 16L) * 16);
        };
    }

    /** How many groups of four inputs have an active one, if these are anywhere. */
    private static double activeGroups(double groups, long rows, int inputs, long activeInputs) {
        double silent = 1 - Math.min(1, activeInputs / ((double) rows * inputs));
        return groups * rows * (1 - silent * silent * silent * silent);
    }
}
