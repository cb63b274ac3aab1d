/**
 * What each CPU and each task was doing at every moment of a trace: interrupts on top of softirqs
 * on top of tasks, with net times, and the wake that started each stretch of a task.
 *
 * <p>One reader of the event stream, several listeners: the stage distributions and the replay plan
 * see the same contexts, so a figure of the one can be held against the other. Contexts are paired
 * by the CPU's stack, never by pid.
 */
package org.irqlab.lab.timeline;
