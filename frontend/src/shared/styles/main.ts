// The design language; every page and both apps begin with it.
import "./tokens.css";
import "./base.css";
