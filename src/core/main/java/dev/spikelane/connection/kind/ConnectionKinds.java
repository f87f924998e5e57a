package dev.spikelane.connection.kind;

import dev.spikelane.connection.Connection;
import dev.spikelane.io.file.JsonValue;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** The kinds of connections: one for each class that {@link Connection} permits. A test checks this. */
public final class ConnectionKinds {

    private static final List<ConnectionKind<?>> ALL = List.of(
            new DenseKind(),
            new IntegerDenseKind(),
            new RecurrentKind(),
            new OneToOneKind(),
            new FlattenKind(),
            new ScaleKind(),
            new BatchNormKind(),
            new ConvolutionKind(),
            new PoolKind(),
            new PsnKind(),
            new SparseKind(),
            new BlasDenseKind());

    private ConnectionKinds() {}

    @SuppressWarnings("unchecked") // a kind only gets connections of its class
    public static ConnectionKind<Connection> of(Connection declared) {
        for (ConnectionKind<?> kind : ALL) {
            if (kind.type().isInstance(declared)) {
                return (ConnectionKind<Connection>) kind;
            }
        }
        throw new AssertionError("there is no kind of " + declared.getClass() + ", expected one in ConnectionKinds");
    }

    /**
     * Returns the kind with a name.
     *
     * @param type the name in a file
     * @throws IOException if there is none that files may hold
     */
    @SuppressWarnings("unchecked") // only its read is called
    public static ConnectionKind<Connection> named(JsonValue type) throws IOException {
        String name = type.text();
        List<ConnectionKind<?>> stored =
                ALL.stream().filter(ConnectionKind::isStored).toList();
        for (ConnectionKind<?> kind : stored) {
            if (kind.name().equals(name)) {
                return (ConnectionKind<Connection>) kind;
            }
        }
        throw type.unexpected(stored.stream()
                        .limit(stored.size() - 1L)
                        .map(ConnectionKind::name)
                        .collect(Collectors.joining(", "))
                + " or " + stored.getLast().name());
    }
}
