"""The living year of the demo: receptions, visits, appointments, matters at every stage; by the real actions."""
