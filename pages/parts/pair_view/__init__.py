"""The pair screen: text of answers to safe HTML on the server, and the component that shows it."""
