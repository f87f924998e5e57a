package dev.spikelane.connection.kind;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Tries;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Pool;
import dev.spikelane.connection.Psn;
import dev.spikelane.connection.Sparse;
import dev.spikelane.connection.operator.Values;
import dev.spikelane.description.NamedValues;
import dev.spikelane.description.NetworkDescription;
import dev.spikelane.description.OperatorDescription;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.network.Network;
import dev.spikelane.network.graph.RandomGraph;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every connection has a kind and occurs in random graphs, which run at every width against plain loops, and are
 * written to and read from model files. Other tests rely on this list.
 */
final class ConnectionKindsTest {

    /**
     * The bits of ByOpenBlas depend on a library that may be absent; BlasDenseTest tests it. The other connection needs
     * all steps at once; PsnTest tests it.
     */
    private static final Set<Class<?>> COMPARED_ELSEWHERE = Set.of(Dense.ByOpenBlas.class, Psn.class);

    private static final int MOST_GRAPHS = 200;

    @Test
    void randomGraphsDrawEveryConnection() {
        Set<Class<?>> missing = permitted();
        missing.removeAll(COMPARED_ELSEWHERE);
        for (int seed = 0; seed < MOST_GRAPHS && !missing.isEmpty(); seed++) {
            connections(seed).forEach(connection -> missing.remove(connection.getClass()));
        }
        assertEquals(Set.of(), missing, "connections that RandomGraph does not draw");
    }

    /** Also graphs that learn, unless the operator declares that it has no gradient. */
    @Test
    void randomGraphsThatLearnDrawEveryConnectionWithAGradient() {
        Set<Class<?>> missing = permitted();
        missing.removeAll(COMPARED_ELSEWHERE);
        for (int seed = 0; seed < MOST_GRAPHS && !missing.isEmpty(); seed++) {
            Arena arena = Arena.ofAuto();
            Network drawn = new RandomGraph(arena, 1, 1, seed, seed % 2 == 0).network;
            for (int i = 0; i < drawn.projections().size(); i++) {
                drop(missing, drawn, i, seed % 2 == 0, arena);
            }
        }
        assertEquals(Set.of(), missing, "connections with a gradient that RandomGraph does not draw where it learns");
    }

    private static void drop(Set<Class<?>> missing, Network network, int projection, boolean learns, Arena arena) {
        List<OperatorDescription> declared = network.laidOut().description().operators(projection);
        for (int place = 0; place < declared.size(); place++) {
            Class<?> drawn = declared.get(place).connection().getClass();
            if (learns || missing.contains(drawn) && !hasGradient(network, projection, place, arena)) {
                missing.remove(drawn);
            }
        }
    }

    private static boolean hasGradient(Network network, int projection, int place, Arena arena) {
        try {
            network.laidOut().chain(projection).operators().get(place).weightGradients(arena, 1);
            return true;
        } catch (UnsupportedOperationException none) {
            return false;
        }
    }

    /** Otherwise one of two rules would be ignored. */
    @ParameterizedTest
    @CsvSource({"max, average", "average, spread", "max, spread"})
    void poolsHaveOneRule(String one, String other) {
        ConnectionKind<Connection> kind = ConnectionKinds.of(Pool.sum(2));
        Map<String, Number> options = new HashMap<>(kind.options(Pool.sum(2)));
        options.put(one, 1);
        options.put(other, 1);
        String text = options.entrySet().stream()
                .map(each -> '"' + each.getKey() + "\": " + each.getValue())
                .collect(Collectors.joining(", ", "{", "}"));
        StoredValues none = (StoredValues) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {StoredValues.class}, (_, _, _) -> null);
        var refused = assertThrows(IOException.class, () -> kind.read(JsonValue.parse("pool", text), none));
        assertTrue(refused.getMessage().matches("pool.* (has 'spread'|'max' is 1), expected .*"), refused.getMessage());
    }

    @Test
    void everyKindSaysWhatItsConnectionsAre() {
        Set<String> names = new TreeSet<>();
        Map<Class<?>, ConnectionKind<Connection>> kinds = new HashMap<>();
        for (int seed = 0; seed < Tries.beforeTheNight(60); seed++) {
            Arena arena = Arena.ofAuto();
            Network drawn = new RandomGraph(arena, 1, 1, seed).network;
            NetworkDescription description = drawn.laidOut().description();
            for (int i = 0; i < drawn.projections().size(); i++) {
                for (OperatorDescription each : description.operators(i)) {
                    ConnectionKind<Connection> kind = ConnectionKinds.of(each.connection());
                    kinds.put(each.connection().getClass(), kind);
                    assertEquals(each.connection().getClass(), kind.type());
                    boolean unnamed = each.connection() instanceof Sparse sparse
                            && (sparse.quantum() > 0 || sparse.isProcedural());
                    assertEquals(kind.hasValues() && !unnamed, !each.values().isEmpty() && !unnamed, kind.name());
                }
            }
        }
        kinds.values().forEach(kind -> assertTrue(names.add(kind.name()), kind.name() + " is said twice"));
        assertFalse(names.isEmpty());
    }

    /** Names, shapes and types are known before the layout. */
    @Test
    void descriptionsSayWhatIsLaidOut() {
        for (int seed = 0; seed < Tries.beforeTheNight(100); seed++) {
            Arena arena = Arena.ofAuto();
            Network drawn = new RandomGraph(arena, 1, 1, seed).network;
            Map<String, Values> laidOut = drawn.laidOut().values();
            List<NamedValues> declared = drawn.laidOut().description().values();
            assertEquals(
                    List.copyOf(laidOut.keySet()),
                    declared.stream().map(NamedValues::name).toList());
            for (NamedValues each : declared) {
                assertEquals(each.declared(), laidOut.get(each.name()).description(), each.name());
                assertEquals(each.declared().shape(), drawn.weights().shape(each.name()));
                assertEquals(
                        each.declared().shape().stream().reduce(1, Math::multiplyExact),
                        drawn.weights().get(each.name()).toArray().length);
            }
        }
    }

    private static Set<Class<?>> permitted() {
        return new HashSet<>(Set.of(Connection.class.getPermittedSubclasses()));
    }

    private static Set<Connection> connections(int seed) {
        Arena arena = Arena.ofAuto();
        return new RandomGraph(arena, 1, 1, seed)
                .network.projections().stream()
                        .flatMap(projection -> projection.path().stream())
                        .collect(Collectors.toSet());
    }
}
