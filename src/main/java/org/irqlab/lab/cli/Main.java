package org.irqlab.lab.cli;

/** Start of the command line. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.out.println("irqlab");
    }
}
