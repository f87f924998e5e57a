package dev.spikelane.description;

import dev.spikelane.connection.operator.ValueDescription;

/**
 * Values of a network.
 *
 * @param owner the projection, with the operator's place in its path if several have values; or the population
 * @param declared their name within the owner, and torch's layout
 */
public record NamedValues(String owner, ValueDescription declared) {

    /** Returns the name among all values of the network. */
    public String name() {
        return owner + "." + declared.name();
    }
}
